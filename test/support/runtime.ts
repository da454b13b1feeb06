import { containersOf } from "../../policy/container";
import type { Configuration } from "./configuration";
import type { Registered } from "./recording";

/** Whether the program is run on a Swarm: `npm run test:swarm` runs the tests of the program so, a second time. */
export const onSwarm = process.env.TEST_RUNTIME === "swarm";

/** A configuration for what the tests run on. A Swarm publishes at every address alone, which only some tests are about. */
export function forRuntime(configuration: Configuration): Configuration {
    if (!onSwarm || "runtime" in configuration) return configuration;
    const everywhere = (ports: unknown) =>
        Array.isArray(ports) ? (ports as object[]).map((port) => ({ ...port, ip: "0.0.0.0" })) : ports;
    const { server, outposts } = configuration as { server?: { ports?: unknown }; outposts?: { ports?: unknown }[] };
    return {
        ...configuration,
        runtime: "swarm",
        ...(server && { server: { ...server, ports: everywhere(server.ports) } }),
        ...(Array.isArray(outposts) && {
            outposts: outposts.map((outpost) => ({ ...outpost, ports: everywhere(outpost.ports) })),
        }),
    };
}

/** What runs containers, in the form of docker.Container: a service is shown as the containers that it runs. */
export function asContainer(resource: Registered): Registered {
    const [service] = resource.type === serviceType ? containersOf({ ...resource, props: resource.inputs }) : [];
    return service === undefined ? resource : { ...resource, inputs: { ...service.inputs } };
}

export const serviceType = "docker:index/service:Service";
