import { z } from "zod";
import { httpUrl, section, text } from "../../ground/fields";
import { attributes } from "../attributes";
import { certificate, find, signIn, signInRequires } from "../blueprints/document";
import { type Kind, signingKeyExists, upstream } from "./kind";

const schema = section({
    type: z.literal("saml"),
    acsUrl: httpUrl.describe("URL of the application's assertion consumer service"),
    audience: text("must be the application's entity id, such as https://app.example.com", /\S/)
        .optional()
        .describe("the application's entity id; default: none"),
    issuer: text("must be an entity id, such as authentik", /\S/)
        .default("authentik")
        .describe("authentik's entity id"),
    binding: z
        .enum(["post", "redirect"], { error: "must be one of post, redirect" })
        .default("post")
        .describe("how the assertion is sent"),
    signingKey: text("must be the name of a certificate in authentik", /\S/)
        .default("authentik Self-signed Certificate")
        .describe("certificate in authentik whose key signs the assertions"),
    upstream,
    attributes,
});

/** Attributes that authentik's own mappings send. */
const mappings = ["upn", "name", "email", "username", "uid", "groups", "ms-windowsaccountname"];

/** A service provider of SAML. */
export const saml = {
    title: "SAML",
    schema,
    model: "authentik_providers_saml.samlprovider",
    signsIn: true,
    outpost: undefined,
    secret: undefined,
    keys: {
        name: "slug",
        acs_url: "acsUrl",
        audience: "audience",
        issuer: "issuer",
        issuer_override: "issuer",
        sp_binding: "binding",
        signing_kp: "signingKey",
    },
    declare: ({ provider }, { issuerAttribute }) => ({
        requires: [...signInRequires, "System - SAML Provider - Mappings"],
        attrs: {
            ...signIn,
            acs_url: provider.acsUrl,
            audience: provider.audience ?? "",
            [issuerAttribute]: provider.issuer,
            sp_binding: provider.binding,
            signing_kp: certificate(provider.signingKey),
            sign_assertion: true,
            property_mappings: mappings.map((name) =>
                find("authentik_providers_saml.samlpropertymapping", [
                    "managed",
                    `goauthentik.io/providers/saml/${name}`,
                ]),
            ),
        },
    }),
    output: ({ slug, provider }, { base }): SamlOutput => {
        const root = `${base.replace(/\/$/, "")}/application/saml/${slug}`;
        return {
            saml: {
                entityId: provider.issuer,
                metadata: `${root}/metadata/`,
                ssoPost: `${root}/sso/binding/post/`,
                ssoRedirect: `${root}/sso/binding/redirect/`,
                slo: `${root}/slo/binding/redirect/`,
            },
        };
    },
    checks: ({ slug, provider }, server) => [signingKeyExists(slug, provider.signingKey, server)],
    serving: () => [],
    review: () => undefined,
} satisfies Kind<z.infer<typeof schema>>;

export interface SamlOutput {
    /** For a service provider of SAML. */
    saml: { entityId: string; metadata: string; ssoPost: string; ssoRedirect: string; slo: string };
}
