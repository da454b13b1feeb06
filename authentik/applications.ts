import type { z } from "zod";
import { httpUrl, name, text } from "../ground/fields";

/** What every application has, however people sign in to it. */
export const applicationFields = {
    slug: name.describe("the application's name in URLs; unique"),
    name: text("must be the name people see, such as Organizr", /\S/).describe("the name people see"),
    icon: httpUrl.optional().describe("URL of the application's icon; default: none"),
    launchUrl: httpUrl.optional().describe("where authentik's page of applications leads; default: found by authentik"),
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
