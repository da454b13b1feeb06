import { allRoles, outpostTypes } from "../../authentik/roles";
import { type ContainerUnderPolicy, objectsOf, ofContainer } from "../container";
import type { Rule } from "../production";

/** The ports that people and reverse proxies need, by the component of the container. */
const reachable = [
    { component: "Server", ports: publishable("server") },
    { component: "Outpost", ports: publishable(...outpostTypes) },
];

/** Databases, the worker and metrics are only for other containers. */
export const publishedPorts: Rule = {
    name: "published-ports",
    description:
        "Only ports of the gateway, of the server and of outposts are published, each on a named address of the host.",
    configSchema: {
        properties: {
            also: {
                type: "object",
                description: "ports inside other containers that may be published, by the container's resource name",
                additionalProperties: { type: "array", items: { type: "integer" } },
                default: {},
            },
        },
    },
    validateResource: ofContainer((container, report) => {
        const { ports, publishAllPorts } = container.inputs;
        if (publishAllPorts === true)
            report("It publishes every port of its image. Name only the ports that people need.");
        const allowed = allowedPorts(container);
        // It has no other ports than those for people, whichever they are.
        const isGateway = container.urn.includes("authentik-stack:index:Gateway$docker:");
        for (const { internal, external, ip } of objectsOf(ports)) {
            if (!isGateway && typeof internal === "number" && !allowed.includes(internal))
                report(
                    `It publishes its port ${internal}, which is only for other containers. Remove it, or name it in the policy's \`also\`.`,
                );
            if (ip === undefined || ip === "")
                report(
                    `It publishes its port ${String(internal)} on every address of the host. Name one address, such as 127.0.0.1.`,
                );
            if (external === undefined)
                report(`Docker chooses the host's port for its port ${String(internal)}. Name the host's port.`);
        }
    }),
};

function allowedPorts({ urn, name, config }: ContainerUnderPolicy): number[] {
    const { also = {} } = config as { also?: Record<string, number[]> };
    const own = reachable.filter(({ component }) => urn.includes(`authentik-stack:index:${component}$docker:`));
    return [...own.flatMap(({ ports }) => ports), ...(also[name] ?? [])];
}

function publishable(...names: string[]): number[] {
    return allRoles.flatMap(({ name, port }) =>
        names.includes(name) && port?.publishable === true
            ? [port.number, ...(port.tls === undefined ? [] : [port.tls])]
            : [],
    );
}
