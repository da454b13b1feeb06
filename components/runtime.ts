import type * as docker from "@pulumi/docker";
import { placeOf } from "../config/runtime";
import type { Config } from "../config/schema";
import type { DockerConnection } from "../engine/connection";
import { DockerHost } from "../engine/docker-host";
import type { DockerRuntime } from "../engine/docker-runtime";
import { Swarm } from "../engine/swarm";

/** What runs the workloads of a stack, by its configuration, without a look at what runs already. */
export function runtimeOf(config: Config, { provider }: { provider?: docker.Provider }): DockerRuntime {
    const args = { prefix: config.prefix, provider };
    return config.runtime === "swarm" ? new Swarm({ ...args, ...placeOf(config.swarm) }) : new DockerHost(args);
}

/** The same after a look at what runs already. */
export function observedRuntime(config: Config, connection?: DockerConnection): Promise<DockerRuntime> {
    const args = { prefix: config.prefix, connection };
    return config.runtime === "swarm"
        ? Swarm.observed({ ...args, ...placeOf(config.swarm) })
        : DockerHost.observed(args);
}
