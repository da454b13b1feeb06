import { z } from "zod";
import { type Blueprint, type BlueprintEntry, flow, keyOf } from "./document";

/** Slug of the flow of {@link bindBlueprint}, and the beginning of its stages' names. */
const bindFlow = "authentik-stack-bind";

const stages: { name: string; model: string; attrs?: BlueprintEntry["attrs"] }[] = [
    {
        name: "identification",
        model: "authentik_stages_identification.identificationstage",
        attrs: { user_fields: ["username", "email"] },
    },
    {
        name: "password",
        model: "authentik_stages_password.passwordstage",
        // Those of authentik's own login; the last one takes app passwords.
        attrs: {
            backends: [
                "authentik.core.auth.InbuiltBackend",
                "authentik.sources.kerberos.auth.KerberosBackend",
                "authentik.sources.ldap.auth.LDAPBackend",
                "authentik.core.auth.TokenBackend",
            ],
        },
    },
    { name: "login", model: "authentik_stages_user_login.userloginstage" },
];

/**
 * The flow that authentik runs when a device binds with a user's name and password: the password alone, which nobody but
 * an outpost may ask for, so that it is no way past a second factor in the browser.
 *
 * It stays when nothing uses it any more: with a flow, authentik removes the providers that have it.
 */
export const bindBlueprint: Blueprint = {
    name: "bind",
    entries: [
        {
            model: "authentik_flows.flow",
            id: "flow",
            identifiers: { slug: bindFlow },
            attrs: {
                name: "Bind with a password",
                title: "Bind with a password",
                designation: "authentication",
                authentication: "require_outpost",
            },
        },
        ...stages.flatMap(({ name, model, attrs = {} }, index): BlueprintEntry[] => [
            { model, id: name, identifiers: { name: `${bindFlow}-${name}` }, attrs },
            {
                model: "authentik_flows.flowstagebinding",
                identifiers: { order: index, stage: keyOf(name), target: keyOf("flow") },
            },
        ]),
    ],
};

/** The key of providers that devices bind to. */
export const secondFactor = z
    .boolean()
    .default(false)
    .describe(
        "asks for a second factor, as the login does: the code follows the password and a semicolon, as in `password;123456`; default: the password is enough, even for people with a second factor",
    );

/**
 * The attributes of a provider that devices bind to. Source: LDAPOutpostConfigSerializer and RadiusOutpostConfigSerializer,
 * whose `*_flow_slug` say which flow is run at a bind.
 */
export function bind(provider: { secondFactor: boolean }): Record<string, unknown> {
    return {
        authorization_flow: flow(provider.secondFactor ? "default-authentication-flow" : bindFlow),
        invalidation_flow: flow("default-invalidation-flow"),
        // Without it, a semicolon in a password is a part of it.
        mfa_support: provider.secondFactor,
    };
}

/** Names of authentik's own blueprints that create what {@link bind} uses. */
export const bindRequires = ["Default - Authentication flow", "Default - Invalidation flow"];
