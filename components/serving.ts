import * as pulumi from "@pulumi/pulumi";
import type { Check } from "../authentik/checks";
import type { Environment } from "./environment";
import type { Networks } from "./networks";
import { probe } from "./probe";
import { runJob } from "./runtime/job";
import type { Running } from "./runtime/workload";

export interface ServingArgs {
    /** authentik's image, which the job runs in. */
    image: pulumi.Input<string>;
    networks: Networks;
    /** What must be answered when a person could sign in. */
    checks: Check[];
    /** Everything that answers, by the name messages give it. */
    running: Record<string, Running>;
    environment: Environment;
}

/** The proof that a person could sign in: done again whenever something that answers was replaced. */
export class Serving extends pulumi.ComponentResource {
    private readonly proven: pulumi.Resource;

    public constructor(name: string, args: ServingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Serving", name, {}, opts);
        const { running, environment } = args;
        const { documents, command } = probe(args.checks, 180);
        const [entrypoint = "", ...rest] = command;
        this.proven = runJob(
            `${name}-proven`,
            {
                title: "waiting until a person can sign in",
                image: args.image,
                entrypoint: [entrypoint],
                command: rest,
                documents,
                networks: args.networks.attach(["frontend", "backend"], `${environment.prefix}authentik-serving`),
                triggers: Object.fromEntries(Object.entries(running).map(([title, { id }]) => [title, id])),
                witnesses: Object.entries(running).map(([title, { id }]) => ({ title, id })),
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
