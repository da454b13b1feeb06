import * as pulumi from "@pulumi/pulumi";
import { withoutInitialSetup } from "../authentik/blueprints/admin";
import type { Environment } from "./environment";
import type { Instance } from "./instance";
import type { Networks } from "./networks";
import { runContainer } from "../engine/docker-host";
import type { Limits, Running, Workload } from "../engine/workload";

export interface WorkerArgs extends Limits {
    instance: Instance;
    networks: Networks;
    environment: Environment;
}

/** authentik's worker: tasks in the background, such as granting an outpost its applications. */
export class Worker extends pulumi.ComponentResource {
    /** The container, at work. */
    public readonly running: Running;

    public constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Worker", name, {}, opts);
        const child = { parent: this, dependsOn: args.instance.dependsOn };
        this.running = runContainer(name, this.workload(args), args.environment.dockerHost, child);
        this.registerOutputs({});
    }

    private workload({ instance, networks, memory, cpus, environment }: WorkerArgs): Workload {
        const title = `${environment.prefix}authentik-worker`;
        return {
            ...instance,
            title,
            command: ["worker"],
            files: [...(instance.files ?? []), withoutInitialSetup],
            networks: networks.attach(["frontend", "backend", "db"], title),
            health: { command: ["ak", "healthcheck"], startSeconds: 180 },
            stopSeconds: 60,
            limits: { memory, cpus },
            pids: 256,
        };
    }
}
