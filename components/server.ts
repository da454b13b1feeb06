import * as pulumi from "@pulumi/pulumi";
import { withoutInitialSetup } from "../authentik/blueprints/admin";
import { seriesOf } from "../authentik/releases";
import { embeddedOutpost, healthOf, roles } from "../authentik/roles";
import type { ReachableOutpost } from "../authentik/providers/kind";
import type { ContainerTransform, Limits, PublishedPort, Running, Workload } from "../engine/workload";
import type { Context } from "./context";
import type { Instance } from "./instance";
import type { Networks } from "./networks";

/** What the worker is made with. */
export interface WorkerArgs extends Limits {
    instance: Instance;
    /** `frontend`, `backend` and `db` are used. */
    networks: Networks;
    /** How many containers of it run, where the runtime can run several. Default: 1. */
    replicas?: number;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/** What the server is made with. */
export interface ServerArgs extends WorkerArgs {
    /** Ports of the host that lead to it, in plain text. Default: none; a reverse proxy on the frontend network reaches it. */
    ports?: PublishedPort[];
}

/**
 * authentik's server: its pages, API and OIDC endpoints.
 *
 * @throws (when the update runs) Error with its last log lines when it is not ready, e.g. for want of its database.
 * @example
 * const server = new Server("auth-server", {
 *     ...{ instance, networks, context },
 *     ports: [{ port: 9000, ip: "127.0.0.1" }],
 *     memory: "2g",
 *     cpus: 1.5,
 * });
 */
export class Server extends pulumi.ComponentResource {
    /** URL at which other containers reach the server. */
    public readonly internalUrl: string;
    /** authentik's version. */
    public readonly version: string;
    /** authentik's image. */
    public readonly image: pulumi.Input<string>;
    /** The outpost that is part of the server. */
    public readonly embedded: ReachableOutpost;
    /** The container, ready to answer requests. */
    public readonly running: Running;

    public constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Server", name, {}, opts);
        const workload = {
            ...authentikWorkload("server", args),
            publish: {
                port: roles.server.port.number,
                tls: roles.server.port.tls,
                on: args.ports ?? [],
                cure: behindGateway,
            },
        };
        this.internalUrl = `http://${workload.title}:${roles.server.port.number}`;
        this.embedded = { outpost: embeddedOutpost, internalUrl: this.internalUrl };
        this.version = args.instance.version;
        this.image = args.instance.image;
        this.running = args.context.runtime.run(name, workload, { parent: this, dependsOn: args.instance.dependsOn });
        this.registerOutputs({ internalUrl: this.internalUrl });
    }
}

/**
 * authentik's worker: tasks in the background, such as granting an outpost its applications.
 *
 * @throws (when the update runs) Error with its last log lines when it does not get healthy.
 * @example
 * const worker = new Worker("auth-worker", { instance, networks, context, memory: "2g" });
 */
export class Worker extends pulumi.ComponentResource {
    /** The container, at work. */
    public readonly running: Running;

    public constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Worker", name, {}, opts);
        const workload = authentikWorkload("worker", args);
        this.running = args.context.runtime.run(name, workload, { parent: this, dependsOn: args.instance.dependsOn });
        this.registerOutputs({});
    }
}

/** How what speaks HTTP could be replaced without being away. */
export const behindGateway = "A gateway avoids this interruption: see docs/front-door.md.";

/** What server and worker have in common. */
function authentikWorkload(
    command: "server" | "worker",
    { instance, networks, replicas, memory, cpus, transform, context }: WorkerArgs,
): Workload {
    const { host, stopSeconds, pids, shm } = roles[command];
    const title = `${context.prefix}${host}`;
    return {
        ...instance,
        shm: instance.shm ?? shm,
        title,
        replicas,
        command: [command],
        files: [...(instance.files ?? []), withoutInitialSetup],
        networks: networks.attach(["frontend", "backend", "db", ...networks.monitoring], title),
        health: healthOf(command, instance.version),
        stopSeconds,
        // The worker of one series must not work on what that of the next one migrates.
        generation: seriesOf(instance.version),
        limits: { memory, cpus },
        pids,
        transform,
    };
}
