import { z } from "zod";
import { section } from "../../ground/fields";
import { type Application, applicationFields } from "../applications";
import type { Attributed } from "../attributes";
import type { Kind, OutputContext } from "./kind";
import { ldap } from "./ldap";
import { oidc } from "./oidc";
import { proxy } from "./proxy";
import { rac } from "./rac";
import { radius } from "./radius";
import { saml } from "./saml";
import { scim } from "./scim";

/** Every kind of provider, by the `type` that the configuration calls it. */
const registry = {
    proxy,
    forward_single: proxy,
    forward_domain: proxy,
    oidc,
    saml,
    ldap,
    radius,
    rac,
    scim,
};

type Registry = typeof registry;
type Schema = Registry[keyof Registry]["schema"];

/** The provider of an application, as configured. */
export type ProviderConfig = z.infer<Schema>;
/**
 * An application, as configured.
 *
 * @example
 * const slugs = config.applications.map((application: ApplicationConfig) => application.slug);
 */
export type ApplicationConfig = Application<ProviderConfig>;
/** Any kind of provider; it is asked only about applications of its own, as {@link kindOf} finds it for them. */
export type AnyKind = Kind<ProviderConfig>;

// A `type` of a schema that the registry lacks, or a part that a kind lacks, does not compile here.
const byType: Record<ProviderConfig["type"], AnyKind> = registry;

/** Every `type` of provider with its kind. */
export const kinds = Object.entries(byType);

/** The kind of an application's provider. */
export function kindOf({ provider }: ApplicationConfig): AnyKind {
    return byType[provider.type];
}

/** The objects of an application for which the configuration takes attributes. */
export function attributedOf(application: ApplicationConfig): Attributed[] {
    const { model, keys, part } = kindOf(application);
    const { provider } = application;
    const own = { model, keys, attributes: provider.attributes, path: ["attributes"] };
    const parts = (part?.of(provider) ?? []).map((one) => ({ ...own, ...part, ...one }));
    return [own, ...parts].map((one) => ({ ...one, path: ["provider", ...one.path] }));
}

/** Whether an application has a secret of its own. */
export function hasSecret(application: ApplicationConfig): boolean {
    return kindOf(application).secret?.exists(application) ?? false;
}

const schemas = [...new Set<Schema>(Object.values(registry).map(({ schema }) => schema))];

/** An application that people sign in to through authentik, with one provider. */
export const application = section({
    ...applicationFields,
    provider: z
        .discriminatedUnion("type", schemas as [Schema, ...Schema[]], {
            error: `must have a type: one of ${Object.keys(registry).join(", ")}`,
        })
        .describe("how people sign in"),
});

type Outputs = ReturnType<Registry[keyof Registry]["output"]>;
type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (all: infer All) => void
    ? All
    : never;

/**
 * What an application has to know to sign people in; which parts there are depends on its provider.
 *
 * @example
 * const issuer = reference.applications.apply((all: Record<string, ApplicationOutput>) => all["paperless"]?.oidc?.issuer);
 */
export type ApplicationOutput = Partial<Intersection<Outputs>> & {
    /** URL at which a browser reaches the application; empty when the configuration names none. */
    url: string;
};

/** What an application has to know to sign people in, with its secret in plain text. */
export function outputOf(application: ApplicationConfig, context: OutputContext): ApplicationOutput {
    return { url: application.launchUrl ?? "", ...kindOf(application).output(application, context) };
}
