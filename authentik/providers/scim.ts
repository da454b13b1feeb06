import { z } from "zod";
import { httpUrl, section } from "../../ground/fields";
import { attributes } from "../attributes";
import { file, find, secretPaths } from "../blueprints/document";
import type { Kind } from "./kind";

const schema = section({
    type: z.literal("scim"),
    endpoint: httpUrl.describe("URL of the application's SCIM interface, which usually ends in /v2"),
    attributes,
});

const mapping = (name: "user" | "group") =>
    find("authentik_providers_scim.scimmapping", ["managed", `goauthentik.io/providers/scim/${name}`]);

/**
 * An application in which authentik creates, changes and removes the accounts itself, by SCIM 2.0.
 *
 * Source: authentik's model SCIMProvider and its blueprint "System - SCIM Provider - Mappings".
 */
export const scim = {
    title: "SCIM",
    schema,
    model: "authentik_providers_scim.scimprovider",
    signsIn: false,
    outpost: undefined,
    // The application gives it out, so it cannot be generated.
    secret: { name: "token", origin: "supplied", exists: () => true, cached: () => false },
    keys: { name: "slug", url: "endpoint", token: "the secret `application/<slug>`" },
    declare: ({ slug, provider }) => ({
        requires: ["System - SCIM Provider - Mappings"],
        attrs: {
            url: provider.endpoint,
            token: file(secretPaths.application(slug)),
            // The accounts of outposts and LDAP clients are of no use in other applications.
            exclude_users_service_account: true,
            property_mappings: [mapping("user")],
            property_mappings_group: [mapping("group")],
        },
    }),
    output: () => ({}),
    checks: () => [],
    serving: () => [],
    review: () => undefined,
} satisfies Kind<z.infer<typeof schema>>;
