import { z } from "zod";
import type { SettingsTree } from "../authentik/settings";
import { host, port, section, text, whole } from "../ground/fields";

/** Ports by what secures the connection. Source: RFC 8314, and RFC 5321 for the first. */
const ports = { none: 25, starttls: 587, tls: 465 } as const;

/** Python's smtplib sends nothing else. Source: SMTP.auth in its smtplib.py. */
const ascii = /^[!-~]([ -~]*[!-~])?$/;

const fromError = 'must be an e-mail address, such as auth@example.com or "Example" <auth@example.com>';
const address = String.raw`[^\s<>@",]+@[^\s<>@",]+`;

/** The server that authentik sends its mail through. */
export const email = section({
    host: host("smtp.example.com").optional().describe("name of the mail server; default: none, and no mail is sent"),
    port: port.optional().describe("its port; default: 587, with security `tls` 465, with `none` 25"),
    security: z
        .enum(["none", "starttls", "tls"], { error: "must be one of none, starttls, tls" })
        .default("starttls")
        .describe("encryption of the connection: STARTTLS, TLS from the start, or none"),
    user: text("must be a user name of the mail server in ASCII, such as authentik@example.com", ascii)
        .optional()
        .describe("user to sign in with, whose password is the secret `email-password`; default: no sign-in"),
    from: text(
        fromError,
        new RegExp(String.raw`^(${address}|("[^"\\\p{Cc}]*"|[^\p{Cc}"(),:;<>@[\]\\]*)\s*<${address}>)$`, "u"),
    )
        .optional()
        .describe("sender of the mail; required with `host`"),
    timeout: whole("must be whole seconds from 1 to 600, such as 10", 1, 600)
        .default(10)
        .describe("how many seconds to wait for the mail server's answer"),
})
    .superRefine(({ host, port, user, from }, context) => {
        const missing = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
        if (host === undefined && [port, user, from].some((one) => one !== undefined))
            missing("host", "must be a host name or an address, such as smtp.example.com");
        if (host !== undefined && from === undefined) missing("from", fromError);
    })
    .prefault({})
    .describe("the server that authentik sends its mail through");

/** The section `email`, checked. */
export type EmailConfig = z.infer<typeof email>;

/** The section as authentik's own settings, without the password. Source: its page "Configuration", `email`. */
export function emailSettings({ host, port, security, user, from, timeout }: EmailConfig): SettingsTree {
    if (host === undefined || from === undefined) return {};
    return {
        email: {
            host,
            port: port ?? ports[security],
            use_tls: security === "starttls",
            use_ssl: security === "tls",
            ...(user === undefined ? {} : { username: user }),
            from,
            timeout,
        },
    };
}

/** What the section sets, beside what it leaves to `settings`, such as the folder of templates. */
export const emailNames = ["host", "port", "use_tls", "use_ssl", "username", "password", "from", "timeout"].map(
    (name) => `email.${name}`,
);
