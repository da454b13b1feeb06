import * as pulumi from "@pulumi/pulumi";
import { withoutInitialSetup } from "../authentik/blueprints/admin";
import type { Environment } from "./environment";
import type { Instance } from "./instance";
import type { Networks } from "./networks";
import { runContainer } from "../engine/docker-host";
import type { Limits, PublishedPort, Running, Workload } from "../engine/workload";

export interface ServerArgs extends Limits {
    instance: Instance;
    networks: Networks;
    /** Ports of the host that lead to it. Default: none; a reverse proxy on the frontend network reaches it. */
    ports?: PublishedPort[];
    environment: Environment;
}

/** authentik's server: its pages, API and OIDC endpoints. */
export class Server extends pulumi.ComponentResource {
    /** The server's name on its networks. */
    public readonly host: string;
    /** URL at which other containers reach the server. */
    public readonly internalUrl: string;
    /** authentik's image. */
    public readonly image: pulumi.Input<string>;
    /** The container, ready to answer requests. */
    public readonly running: Running;

    public constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Server", name, {}, opts);
        this.host = `${args.environment.prefix}authentik-server`;
        this.internalUrl = `http://${this.host}:9000`;
        this.image = args.instance.image;
        const child = { parent: this, dependsOn: args.instance.dependsOn };
        this.running = runContainer(name, this.workload(args), args.environment.dockerHost, child);
        this.registerOutputs({ internalUrl: this.internalUrl });
    }

    private workload({ instance, networks, ports = [], memory, cpus }: ServerArgs): Workload {
        return {
            ...instance,
            title: this.host,
            command: ["server"],
            files: [...(instance.files ?? []), withoutInitialSetup],
            networks: networks.attach(["frontend", "backend", "db"], this.host),
            publish: { port: 9000, on: ports },
            // `ak healthcheck server` asks only whether the process lives; ready is migrated, with its database and Redis.
            health: { command: ["python", "-c", readyCheck], startSeconds: 180 },
            stopSeconds: 30,
            limits: { memory, cpus },
            pids: 256,
        };
    }
}

const readyCheck = "import urllib.request as r; r.urlopen('http://127.0.0.1:9000/-/health/ready/', timeout=20)";
