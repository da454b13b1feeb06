import { z } from "zod";
import { isHttp, text } from "../ground/fields";
import { accessFields } from "./access";

/** The launch URL that hides an application from the library, up to 2026.2. */
export const hiddenUrl = "blank://blank";

/** Source: authentik/core/models.py, Application.reserved_slugs. */
const reservedSlugs = ["authorize", "token", "device", "userinfo", "introspect", "revoke"];

/** What every application has, however people sign in to it. */
export const applicationFields = {
    // Source: authentik/core/models.py, Application.slug.
    slug: text("must be letters, digits, hyphens and underscores, at most 50, such as calibre-web", /^[-\w]{1,50}$/)
        .refine((slug) => !reservedSlugs.includes(slug), {
            error: "is reserved by authentik for URLs of OpenID Connect; choose another",
        })
        .describe("the application's name in URLs; unique"),
    name: text("must be the name people see, such as Organizr", /\S/).describe("the name people see"),
    icon: text(
        "must be an http or https URL, such as https://example.com/icon.png, or fa://fa-book, or a path below /static, or that of an uploaded file with its folder, such as application-icons/wiki.png",
        (value) => isShownAsIs(value) || isUpload(value),
    )
        .optional()
        .describe(
            "the application's icon: a URL, or one of authentik's own as fa://name or /static/path, or the path of an uploaded file; default: none",
        ),
    launchUrl: text(
        `must be an http or https URL, such as https://organizr.example.com, or ${hiddenUrl}`,
        (value) => isHttp(value) || value === hiddenUrl,
    )
        .optional()
        .describe("URL that authentik's page of applications opens; default: found by authentik"),
    hidden: z.boolean().default(false).describe("whether to hide it on authentik's page of applications"),
    openInNewTab: z
        .boolean()
        .optional()
        .describe("whether that page opens it in a new tab; default: as set in authentik, initially no"),
    libraryGroup: z
        .string({ error: "must be a heading, such as Media" })
        .optional()
        .describe("heading under which that page shows it; default: as set in authentik, initially none"),
    description: z
        .string({ error: "must be a text" })
        .optional()
        .describe("its description on that page; default: as set in authentik, initially nothing"),
    publisher: z
        .string({ error: "must be a text" })
        .optional()
        .describe("the publisher of the application; default: as set in authentik, initially nothing"),
    ...accessFields,
};

/** An application that people sign in to through authentik, with its provider. */
export type Application<Provider> = z.infer<z.ZodObject<typeof applicationFields>> & { provider: Provider };

/** Whether an icon is shown as it is. Source: authentik/core/models.py, get_meta_icon. */
export function isShownAsIs(icon: string): boolean {
    return isHttp(icon) || /^(fa:\/\/[\w-]+|\/static\/\S+)$/.test(icon);
}

/** Whether it is the path of an uploaded file. Source: authentik/admin/files/validation.py, of 2025.12 and later. */
function isUpload(icon: string): boolean {
    const folders = icon.replaceAll("%(theme)s", "theme").split("/");
    return folders.length > 1 && folders.every((part) => /^[\w-][\w.-]*$/.test(part));
}

/** The outpost that serves an application, or undefined when authentik's server does. */
export function outpostOf({ provider }: Application<object>): string | undefined {
    return "outpost" in provider && typeof provider.outpost === "string" ? provider.outpost : undefined;
}

/** The applications behind an outpost. */
export function protectedBy<Served extends Application<object>>(outpost: string, applications: Served[]): Served[] {
    return applications.filter((application) => outpostOf(application) === outpost);
}
