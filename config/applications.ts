import type { z } from "zod";
import { httpUrl, name, section, text } from "../ground/fields";
import { provider } from "./providers";

/** An application that people sign in to through authentik. */
export const application = section({
    slug: name.describe("the application's name in URLs; unique"),
    name: text("must be the name people see, such as Organizr", /\S/).describe("the name people see"),
    icon: httpUrl.optional().describe("URL of the application's icon; default: none"),
    launchUrl: httpUrl.optional().describe("where authentik's page of applications leads; default: found by authentik"),
    group: text("must be the name of a group, such as family", /\S/)
        .optional()
        .describe("only members of this group may enter; made when missing; default: everybody with an account"),
    provider: provider.describe("how people get in"),
});

/** An application, as configured. */
export type ApplicationConfig = z.infer<typeof application>;
/** The provider of an application, as configured. */
export type ProviderConfig = z.infer<typeof provider>;
/** An application with a provider of some types. */
export type ApplicationOf<Type extends ProviderConfig["type"]> = ApplicationConfig & {
    provider: Extract<ProviderConfig, { type: Type }>;
};
/** Types of providers that an outpost of type proxy serves. */
export type ProxyType = "proxy" | "forward_single" | "forward_domain";

/** The outpost that serves an application, or undefined when the server itself does. */
export function outpostOf({ provider }: ApplicationConfig): string | undefined {
    return "outpost" in provider ? provider.outpost : undefined;
}

/** True for an application whose provider has one of some types. */
export function hasProvider<Type extends ProviderConfig["type"]>(
    application: ApplicationConfig,
    ...types: Type[]
): application is ApplicationOf<Type> {
    return (types as string[]).includes(application.provider.type);
}

/** True for an application behind an outpost of type proxy. */
export function isProxied(application: ApplicationConfig): application is ApplicationOf<ProxyType> {
    return hasProvider(application, "proxy", "forward_single", "forward_domain");
}
