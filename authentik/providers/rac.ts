import { z } from "zod";
import { name, section, text } from "../../ground/fields";
import { attributes, written } from "../attributes";
import { flow, keyOf, signInRequires } from "../blueprints/document";
import { connectedOutpost, type Kind } from "./kind";

const endpoint = section({
    name: text("must be the name people see, such as server 1", /\S/).describe("the name people see"),
    protocol: z.enum(["rdp", "ssh", "vnc"], { error: "must be one of rdp, ssh, vnc" }).describe("the protocol"),
    host: text(
        "must be a host, with a port where it is not the protocol's own, such as server1:22",
        /^[!-~]+$/,
    ).describe("its name or address, with a port where it is not the protocol's own"),
    attributes,
});

const schema = section({
    type: z.literal("rac"),
    outpost: name.describe("name of the outpost that serves the application"),
    endpoints: z
        .array(endpoint)
        .min(1, { error: "must name at least one endpoint" })
        .describe("the machines that people reach in the browser"),
    attributes,
});

const endpointModel = "authentik_providers_rac.endpoint";

/** Machines that people reach in the browser (remote access control). */
export const rac = {
    title: "Remote access",
    schema,
    model: "authentik_providers_rac.racprovider",
    signsIn: true,
    outpost: "rac",
    secret: undefined,
    keys: { name: "slug" },
    part: {
        title: "Remote access: an endpoint",
        model: endpointModel,
        keys: { name: "name", protocol: "protocol", host: "host", provider: "the application that it is in" },
        of: ({ endpoints }) =>
            endpoints.map(({ attributes }, index) => ({ attributes, path: ["endpoints", index, "attributes"] })),
    },
    declare: ({ provider }) => ({
        requires: signInRequires,
        attrs: { authorization_flow: flow("default-provider-authorization-implicit-consent") },
        after: provider.endpoints.map(({ name, protocol, host, attributes }) => ({
            model: endpointModel,
            identifiers: { name, provider: keyOf("provider") },
            attrs: { protocol, host, auth_mode: "prompt" },
            passing: written(endpointModel, attributes),
        })),
    }),
    output: () => ({}),
    // The API has no list of what such an outpost was granted.
    checks: () => [],
    serving: ({ slug }, { outpost }, { server }) => [connectedOutpost(slug, outpost, server)],
    review: () => undefined,
} satisfies Kind<z.infer<typeof schema>>;
