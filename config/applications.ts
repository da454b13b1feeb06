import { z } from "zod";
import { httpUrl, name, origin, text } from "./fields";

const behindOutpost = {
    outpost: name.describe("name of the outpost that protects the application"),
    externalHost: origin.describe("URL at which a browser reaches the application"),
    skipPaths: z
        .array(text("must be a regular expression, such as ^/api/.*", isRegex))
        .default([])
        .describe("regular expressions of paths that need no sign-in"),
};

/** How people get into an application: one provider of authentik. */
export const provider = z.discriminatedUnion(
    "type",
    [
        z.strictObject({
            type: z.literal("proxy"),
            ...behindOutpost,
            internalHost: httpUrl.describe("URL at which the outpost reaches the application"),
        }),
        z.strictObject({ type: z.literal("forward_single"), ...behindOutpost }),
        z.strictObject({
            type: z.literal("forward_domain"),
            ...behindOutpost,
            cookieDomain: text("must be a domain, such as example.com", /^([a-z0-9-]+\.)+[a-z0-9-]+$/i).describe(
                "domain whose hosts share the sign-in",
            ),
        }),
    ],
    { error: "must be one of proxy, forward_single, forward_domain" },
);

/** An application that people sign in to through authentik. */
export const application = z.strictObject({
    slug: name.describe("the application's name in URLs; unique"),
    name: text("must be the name people see, such as Organizr", /\S/).describe("the name people see"),
    icon: httpUrl.optional().describe("URL of the application's icon"),
    launchUrl: httpUrl.optional().describe("where authentik's page of applications leads; default: found by authentik"),
    group: text("must be the name of a group, such as family", /\S/)
        .optional()
        .describe("only members of this group may enter; made when missing; default: everybody with an account"),
    provider,
});

/** An application, as configured. */
export type ApplicationConfig = z.infer<typeof application>;
/** The provider of an application, as configured. */
export type ProviderConfig = z.infer<typeof provider>;
/** An application that an outpost protects. */
export type ProxiedProvider = Extract<ProviderConfig, { outpost: string }>;

function isRegex(value: string): boolean {
    try {
        new RegExp(value);
        return value.length > 0;
    } catch {
        return false;
    }
}
