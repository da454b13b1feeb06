import * as pulumi from "@pulumi/pulumi";
import { markBlueprint } from "../authentik/blueprints/admin";
import { type Blueprint, markPath, toYaml } from "../authentik/blueprints/document";
import { ownBlueprintChecks } from "../authentik/blueprints/own";
import type { Check } from "../authentik/checks";
import type { Existing } from "../authentik/existing";
import type { Context } from "./context";
import type { Instance } from "./instance";
import type { Networks } from "./networks";
import { applyAndProbe, comparing, namesFile } from "./probe";
import type { WorkloadFile } from "../engine/workload";
import type { Server } from "./server";

/** What is declared in authentik. Blueprints are plain text, so that a preview shows which of them changed. */
export interface BlueprintsArgs {
    /** Of this authentik: the job runs in its image, with its settings. */
    instance: Instance;
    /** `db` and `backend` are used. */
    networks: Networks;
    server: Server;
    /** Applied in this order. */
    blueprints: Blueprint[];
    /** The user's own blueprints as YAML, by path relative to /blueprints; applied after ours. */
    userBlueprints: Record<string, string>;
    /** Secrets that the blueprints read. */
    files: WorkloadFile[];
    /** What authentik's API must answer afterwards. */
    checks: Check[];
    /** What exists in authentik already, and is taken over or removed. */
    existing: Existing;
    /** Changes when the database is another one, to which all of it has to be written again. */
    revision: pulumi.Input<string>;
    context: Context;
}

/**
 * Our blueprints, applied by a job and then verified; nothing else applies them, so that no two write the same object.
 *
 * @throws (when the update runs) Error with authentik's own words where a blueprint does not take.
 * @example
 * const secrets = authentikSecrets("auth", context, config, {});
 * const { applied } = new Blueprints("auth-blueprints", {
 *     ...declarations(config, server.internalUrl),
 *     ...{ instance, server, networks, context, userBlueprints: {} },
 *     files: blueprintFiles(secrets),
 *     revision: database.revision,
 * });
 */
export class Blueprints extends pulumi.ComponentResource {
    /** Done when the blueprints took. */
    public readonly applied: pulumi.Resource;

    public constructor(name: string, args: BlueprintsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Blueprints", name, {}, opts);
        const { instance, server, blueprints, context } = args;
        const own = Object.fromEntries(
            blueprints.map((blueprint) => [`authentik-stack/${blueprint.name}.yaml`, toYaml(blueprint)]),
        );
        const all = { ...own, ...args.userBlueprints };
        const mark = { "authentik-stack/mark.yaml": toYaml(markBlueprint) };
        const checks = Object.entries(args.userBlueprints).flatMap(([path, text]) =>
            ownBlueprintChecks(path, text, server.internalUrl),
        );
        const apply = applyAndProbe(Object.keys({ ...all, ...mark }), [...args.checks, ...checks], args.existing, 60);
        const [entrypoint = "", ...command] = apply.command;
        const compare = comparing(Object.keys(all));
        this.applied = context.runtime.job(
            `${name}-applied`,
            {
                ...instance,
                title: "applying blueprints",
                entrypoint: [entrypoint],
                command,
                documents: { ...inFolder({ ...all, ...mark }), ...apply.documents, ...compare.documents },
                memory: {
                    folder: "/blueprints/authentik-stack/removed",
                    documents: removals(blueprints),
                    names: namesFile,
                },
                files: [...(instance.files ?? []), ...args.files],
                networks: args.networks.attach(["db", "backend"], `${context.prefix}authentik-blueprints`),
                comparison: {
                    title: "asking what authentik holds",
                    command: compare.command,
                    mark: markPath,
                    needs: server.running,
                },
                triggers: { revision: args.revision },
                // authentik takes its time for each: seconds on a busy machine.
                seconds: 300 + 10 * Object.keys(all).length,
                cure: "Fix the problem that authentik names above in the configuration, then run `pulumi up` again.",
            },
            { parent: this, dependsOn: [server.running.healthy] },
        );
        this.registerOutputs({});
    }
}

/** The folder in which authentik looks for blueprints; the worker, which watches it, is another container. */
function inFolder(documents: Record<string, string>): Record<string, string> {
    return Object.fromEntries(Object.entries(documents).map(([path, text]) => [`/blueprints/${path}`, text]));
}

/** For everything that our blueprints own, the blueprint that removes it. */
function removals(blueprints: Blueprint[]): Record<string, string> {
    const owned = blueprints.flatMap((blueprint) => Object.entries(blueprint.owned ?? {}));
    return Object.fromEntries(owned.map(([name, entries]) => [name, toYaml({ name: `without ${name}`, entries })]));
}
