import * as pulumi from "@pulumi/pulumi";
import { type Blueprint, toYaml } from "../authentik/blueprints/document";
import type { Check } from "../authentik/checks";
import type { Environment } from "./environment";
import type { Instance } from "./instance";
import type { Networks } from "./networks";
import { probe } from "./probe";
import { runJob } from "./runtime/job";
import type { WorkloadFile } from "./runtime/workload";
import type { Server } from "./server";

export interface BlueprintsArgs {
    instance: Instance;
    networks: Networks;
    server: Server;
    /** Applied in this order. */
    blueprints: Blueprint[];
    /** Secrets that the blueprints read. */
    files: WorkloadFile[];
    /** What must be true afterwards. */
    checks: Check[];
    /** Changes when the database is another. */
    revision: pulumi.Input<string>;
    environment: Environment;
}

/** Our blueprints, applied by a job and then verified; their one applier, so that no two write the same object. */
export class Blueprints extends pulumi.ComponentResource {
    /** Done when the blueprints took. */
    public readonly applied: pulumi.Resource;

    public constructor(name: string, args: BlueprintsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Blueprints", name, {}, opts);
        const { instance, server, blueprints, environment } = args;
        const verification = probe(args.checks, 60);
        const documents = Object.fromEntries(
            blueprints.map((blueprint) => [`${folder}/${blueprint.name}.yaml`, toYaml(blueprint)]),
        );
        const paths = Object.keys(documents).map((path) => path.slice("/blueprints/".length));
        this.applied = runJob(
            `${name}-applied`,
            {
                ...instance,
                title: "applying blueprints",
                entrypoint: ["/bin/sh", "-ec"],
                command: [`ak apply_blueprint ${paths.join(" ")} && exec ${verification.command.join(" ")}`],
                documents: { ...documents, ...verification.documents },
                files: [...(instance.files ?? []), ...args.files],
                networks: args.networks.attach(["db", "backend"], `${environment.prefix}authentik-blueprints`),
                triggers: { revision: args.revision },
                seconds: 300,
                // On a first boot authentik's own tasks write the same objects, and one of the two can lose.
                attempts: 3,
                cure: "Mend what authentik names above in the configuration, then run `pulumi up` again.",
            },
            environment.dockerHost,
            { parent: this, dependsOn: [server.running.resource] },
        );
        this.registerOutputs({});
    }
}

/** Not the folder the worker watches. */
const folder = "/blueprints/authentik-stack";
