import * as pulumi from "@pulumi/pulumi";
import { servingChecks } from "../authentik/declarations";
import type { ApplicationConfig } from "../authentik/providers";
import type { Environment } from "./environment";
import type { Networks } from "./networks";
import type { Outpost } from "./outpost";
import { probe } from "./probe";
import { runJob } from "../engine/job";
import type { Running } from "../engine/workload";
import type { Server } from "./server";
import type { Worker } from "./worker";

export interface ServingArgs {
    networks: Networks;
    server: Server;
    worker: Worker;
    outposts: Outpost[];
    applications: ApplicationConfig[];
    /** What the log lines of those could show, and no message may. */
    secrets: pulumi.Input<string>[];
    environment: Environment;
}

/** The proof that a person could sign in: done again whenever something that answers was replaced. */
export class Serving extends pulumi.ComponentResource {
    private readonly proven: pulumi.Resource;

    public constructor(name: string, args: ServingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Serving", name, {}, opts);
        const { server, worker, outposts, environment } = args;
        const running: Record<string, Running> = { server: server.running, worker: worker.running };
        for (const outpost of outposts) running[outpost.outpost] = outpost.running;
        const { documents, command } = probe(servingChecks(server.internalUrl, outposts, args.applications), 180);
        const [entrypoint = "", ...rest] = command;
        this.proven = runJob(
            `${name}-proven`,
            {
                title: "waiting until a person can sign in",
                image: server.image,
                entrypoint: [entrypoint],
                command: rest,
                documents,
                networks: args.networks.attach(["frontend", "backend"], `${environment.prefix}authentik-serving`),
                triggers: Object.fromEntries(Object.entries(running).map(([title, { id }]) => [title, id])),
                witnesses: Object.entries(running).map(([title, { id }]) => ({ title, id })),
                secrets: args.secrets,
                seconds: 200,
                cure: "Run `pulumi up` again when the cause is mended.",
            },
            environment.dockerHost,
            { parent: this, dependsOn: Object.values(running).map(({ resource }) => resource) },
        );
        this.registerOutputs({});
    }

    /** A value that is known once the proof is there. */
    public once<T>(value: T): pulumi.Output<T> {
        return this.proven.urn.apply(() => value);
    }
}
