import { z } from "zod";
import { isHttp, text } from "../ground/fields";

/** The launch URL that hides an application from the library, up to 2026.2. */
export const hiddenUrl = "blank://blank";

/** What every application has, however people sign in to it. */
export const applicationFields = {
    // Source: authentik/core/models.py, Application.slug.
    slug: text(
        "must be letters, digits, hyphens and underscores, at most 50, such as calibre-web",
        /^[-\w]{1,50}$/,
    ).describe("the application's name in URLs; unique"),
    name: text("must be the name people see, such as Organizr", /\S/).describe("the name people see"),
    // Source: authentik/core/models.py, get_meta_icon: these are shown as they are, and all else is an uploaded file.
    icon: text(
        "must be an http or https URL, such as https://example.com/icon.png, or fa://fa-book, or a path below /static",
        (value) => isHttp(value) || /^(fa:\/\/[\w-]+|\/static\/\S+)$/.test(value),
    )
        .optional()
        .describe(
            "URL of the application's icon, or one of authentik's own as fa://name or /static/path; default: none",
        ),
    launchUrl: text(
        `must be an http or https URL, such as https://organizr.example.com, or ${hiddenUrl}`,
        (value) => isHttp(value) || value === hiddenUrl,
    )
        .optional()
        .describe("where authentik's page of applications leads; default: found by authentik"),
    hidden: z.boolean().default(false).describe("authentik's page of applications does not show it"),
    group: text("must be the name of a group, such as family", /\S/)
        .optional()
        .describe("only members of this group may enter; created when missing; default: everybody with an account"),
};

/** An application that people sign in to through authentik, with its provider. */
export type Application<Provider> = z.infer<z.ZodObject<typeof applicationFields>> & { provider: Provider };

/** The outpost that serves an application, or undefined when authentik's server does. */
export function outpostOf({ provider }: Application<object>): string | undefined {
    return "outpost" in provider && typeof provider.outpost === "string" ? provider.outpost : undefined;
}

/** The applications behind an outpost. */
export function protectedBy<Served extends Application<object>>(outpost: string, applications: Served[]): Served[] {
    return applications.filter((application) => outpostOf(application) === outpost);
}
