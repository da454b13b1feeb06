import { z } from "zod";
import { name, section } from "../../ground/fields";
import { attributes } from "../attributes";
import { bind, bindRequires, secondFactor } from "../blueprints/bind";
import { file, secretPaths } from "../blueprints/document";
import { connectedOutpost, granted, type Kind } from "./kind";

const schema = section({
    type: z.literal("radius"),
    outpost: name.describe("name of the outpost that serves the application"),
    clientNetworks: z
        .array(z.union([z.cidrv4(), z.cidrv6()], { error: "must be a network, such as 10.0.0.0/8" }))
        .min(1, { error: "must name at least one network, such as 10.0.0.0/8" })
        .default(["0.0.0.0/0", "::/0"])
        .describe("networks whose RADIUS clients may ask"),
    secondFactor,
    attributes,
});

/** A RADIUS server for network devices. */
export const radius = {
    title: "RADIUS",
    schema,
    model: "authentik_providers_radius.radiusprovider",
    signsIn: true,
    outpost: "radius",
    secret: { name: "sharedSecret", origin: "generated", exists: () => true, cached: () => false },
    keys: {
        name: "slug",
        client_networks: "clientNetworks",
        shared_secret: "the secret `application/<slug>`",
        mfa_support: "secondFactor",
    },
    declare: ({ slug, provider }) => ({
        requires: bindRequires,
        attrs: {
            ...bind(provider),
            client_networks: provider.clientNetworks.join(","),
            shared_secret: file(secretPaths.application(slug)),
        },
    }),
    output: (_application, { secret }): RadiusOutput => ({ radius: { sharedSecret: secret } }),
    checks: ({ slug, provider }, server) => [granted(server, "radius", slug, provider.outpost)],
    serving: ({ slug }, { outpost, internalUrl }, { server, applications }) => [
        {
            name: `${slug} behind ${outpost}`,
            asks: "radius",
            url: internalUrl,
            clients: applications.map((one) => ({
                networks: one.provider.clientNetworks,
                secret: secretPaths.application(one.slug),
            })),
        },
        connectedOutpost(slug, outpost, server),
    ],
    review: () => undefined,
} satisfies Kind<z.infer<typeof schema>>;

export interface RadiusOutput {
    /** For a RADIUS client. Secret. */
    radius: { sharedSecret: string };
}
