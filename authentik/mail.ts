/** What the script send-test-mail.py tells. */
export interface MailReport {
    /** Host and port of the mail server. */
    server: string;
    sender?: string;
    /** What the server said to the mail that it took. */
    answer?: string;
    /** What the server said instead of taking it. */
    refusal?: string;
    /** Why no server answered. */
    error?: string;
}

/** What can be done about a mail that was not sent, by what the server or Python says. */
export function mailCure({ refusal, error = "" }: MailReport): string {
    if (refusal !== undefined)
        return /^5(30|34|35)\b/.test(refusal)
            ? "Check email.user and the secret email-password, and email.security: many servers take passwords only encrypted."
            : "Check email.from and the recipient, and what the server allows this user to send.";
    const [, cure = "Check the section email."] = cures.find(([said]) => said.test(error)) ?? [];
    return cure;
}

const cures: [said: RegExp, cure: string][] = [
    [/gaierror/, "Check email.host: the container cannot resolve this name; containers.authentik.hosts can add it."],
    [
        /CERTIFICATE_VERIFY_FAILED/,
        "Use the name in the certificate as email.host; containers.authentik.caCertificates adds a CA of your own.",
    ],
    [/STARTTLS/, "The server offers no STARTTLS: set email.security to tls, with the port for it, or to none."],
    [
        /AUTH extension/,
        "The server asks for no password on this connection: set email.security to starttls, or remove email.user.",
    ],
    [/SSL|WRONG_VERSION/, "The port wants another email.security: starttls is usual on 587, tls on 465, none on 25."],
    [
        /SMTPServerDisconnected|unexpectedly closed/,
        "The port wants another email.security: starttls is usual on 587, tls on 465, none on 25.",
    ],
    [
        /Timeout|timed out|refused|unreachable|No route/,
        "Check email.host and email.port, and whether the Docker host can reach them.",
    ],
];
