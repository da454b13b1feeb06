import { type ContainerUnderPolicy, objectsOf, ofContainer } from "../container";
import type { Rule } from "../production";

/** What people and reverse proxies reach, as each kind of container listens. All else is for containers alone. */
const reachable = [
    { component: "Server", ports: [9000] },
    { component: "Outpost", ports: [9000, 3389, 1812] },
];

/** The databases, the worker, and ports for metrics are nobody's business outside. */
export const publishedPorts: Rule = {
    name: "published-ports",
    description: "Only the ports of the server and of outposts are published, each on an address of the host.",
    configSchema: {
        properties: {
            also: {
                type: "object",
                description: "ports inside further containers that may be published, by the container's resource name",
                additionalProperties: { type: "array", items: { type: "integer" } },
                default: {},
            },
        },
    },
    validateResource: ofContainer((container, report) => {
        const { ports, publishAllPorts } = container.inputs;
        if (publishAllPorts === true) report("It publishes every port of its image. Name the ones that people need.");
        const allowed = allowedPorts(container);
        for (const { internal, external, ip } of objectsOf(ports)) {
            if (typeof internal === "number" && !allowed.includes(internal))
                report(
                    `It publishes its port ${internal}, which nobody outside needs. Remove it, or name it in the policy's \`also\`.`,
                );
            if (ip === undefined || ip === "")
                report(
                    `It publishes its port ${String(internal)} on every address of the host. Name one, such as 127.0.0.1.`,
                );
            if (external === undefined)
                report(`Docker chooses the host's port for its port ${String(internal)}. Name one.`);
        }
    }),
};

function allowedPorts({ urn, name, config }: ContainerUnderPolicy): number[] {
    const { also = {} } = config as { also?: Record<string, number[]> };
    const own = reachable.filter(({ component }) => urn.includes(`authentik-stack:index:${component}$docker:`));
    return [...own.flatMap(({ ports }) => ports), ...(also[name] ?? [])];
}
