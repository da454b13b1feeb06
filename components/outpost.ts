import * as pulumi from "@pulumi/pulumi";
import {
    healthOf,
    listenVariables,
    type OutpostType,
    outpostTokenFile,
    type RolePort,
    roles,
} from "../authentik/roles";
import { type SettingsTree, settingsToEnvironment } from "../authentik/settings";
import type { Networks } from "./networks";
import type { ContainerTransform, Limits, PublishedPort, Running, Workload } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import type { Context } from "./context";
import { behindGateway, type Server } from "./server";

/** What an outpost is made with. */
export interface OutpostArgs extends Limits {
    /** The outpost's name in authentik and on its networks, e.g. `ak-outpost-organizr`; plain, as part of names. */
    name: string;
    /** What it speaks; decides port and health check. */
    type: OutpostType;
    /** Roles of the networks it sits on, e.g. `backend`: those of what it protects, and one of the server's. */
    on: string[];
    /** How many containers of it run, where the runtime can run several. Default: 1. */
    replicas?: number;
    /** Ports of the host that lead to it. Default: none; a reverse proxy on its networks reaches it. */
    ports?: PublishedPort[];
    /** An image of its type, of the server's release. */
    image: pulumi.Input<string>;
    networks: Networks;
    server: Server;
    /** The token authentik knows it by. Secret, whether or not it is marked so. */
    token: pulumi.Input<string>;
    /** Passwords that it answers for from memory, so that it has to be replaced when one changes. Default: none. */
    remembered?: pulumi.Input<string>[];
    /** URL at which browsers reach authentik, e.g. `https://auth.example.com`. */
    url: pulumi.Input<string>;
    /** authentik's settings that it reads itself, e.g. `{ listen: { trusted_proxy_cidrs: ["10.0.0.0/8"] } }`. Default: none. */
    settings?: SettingsTree;
    /** What has to be done before its token works, e.g. `applied` of the blueprints. */
    after: pulumi.Resource[];
    /** What its container gets beside that. Default: nothing. */
    additions?: ContainerAdditions;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/**
 * An outpost: the container that lets only signed-in people through to the applications behind it.
 *
 * @throws (when the update runs) Error with its last log lines when it does not reach the server within 120 seconds.
 * @example
 * const outpost = new Outpost("auth-outpost", {
 *     ...{ name: "ak-outpost-home", type: "proxy", on: ["backend"], ports: [{ port: 9080, ip: "0.0.0.0" }] },
 *     ...{ server, networks, context, token, after: [blueprints.applied] },
 *     image: officialImages("2025.8.4").proxy,
 *     url: "https://auth.example.com",
 *     memory: "128m",
 * });
 */
export class Outpost extends pulumi.ComponentResource {
    /** The outpost's name in authentik. */
    public readonly outpost: string;
    /** The token authentik knows it by. Secret. */
    public readonly token: pulumi.Output<string>;
    /** The outpost's name on its networks. */
    public readonly host: string;
    /** URL at which containers reach it, by name of the network. */
    public readonly addresses: Record<string, string>;
    /** URL at which containers on its networks reach it. */
    public readonly internalUrl: string;
    /** The container, connected to the server. */
    public readonly running: Running;

    public constructor(name: string, args: OutpostArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Outpost", name, {}, opts);
        this.outpost = args.name;
        this.token = pulumi.secret(args.token);
        this.host = `${args.context.prefix}${args.name}`;
        const { scheme, number } = roles[args.type].port;
        this.internalUrl = `${scheme}://${this.host}:${number}`;
        this.addresses = Object.fromEntries(
            args.on.map((role) => [args.networks.names[role] ?? role, this.internalUrl]),
        );
        // Deleted with the outpost: only sessions are lost.
        const passing = { name: `${this.host}-sessions`, keep: false, shared: "passing" } as const;
        const sessions = args.context.runtime.volume(`${name}-sessions`, passing, { parent: this });
        const child = { parent: this, dependsOn: args.after };
        this.running = args.context.runtime.run(name, this.workload(args, sessions), child);
        this.registerOutputs({ addresses: this.addresses });
    }

    private workload(args: OutpostArgs, sessions: pulumi.Output<string>): Workload {
        const { type, image, server, token, url, on, networks, ports = [], remembered, memory, cpus, transform } = args;
        const { stopSeconds, pids } = roles[type];
        const port: RolePort = roles[type].port;
        const workload: Workload = {
            title: this.host,
            replicas: args.replicas,
            image,
            variables: {
                AUTHENTIK_HOST: server.internalUrl,
                AUTHENTIK_HOST_BROWSER: url,
                AUTHENTIK_TOKEN: `file://${outpostTokenFile}`,
                // Where it keeps sessions: they outlive the container, so that its replacement logs nobody out.
                TMPDIR: sessionFolder,
                // Where FreeRDP keeps the certificates of the machines that a RAC outpost leads to.
                HOME: sessionFolder,
                ...listenVariables(type, server.version),
                ...settingsToEnvironment(args.settings ?? {}),
            },
            files: [{ path: outpostTokenFile, content: token }],
            mounts: [{ source: sessions, target: sessionFolder, owner: { user: "1000", image: server.image } }],
            remembered,
            networks: networks.attach([...new Set([...on, ...networks.monitoring])], this.host),
            publish: {
                port: port.number,
                tls: port.tls,
                protocol: port.protocol,
                on: ports,
                cure: type === "proxy" ? behindGateway : undefined,
            },
            health: healthOf(type, server.version),
            stopSeconds,
            limits: { memory, cpus },
            pids,
            transform,
        };
        return withAdditions(workload, args.additions);
    }
}

const sessionFolder = "/sessions";
