import * as pulumi from "@pulumi/pulumi";
import { secretsIn } from "../authentik/checks";
import { servingChecks } from "../authentik/declarations";
import { gatewayChecks } from "../authentik/gateway";
import type { ApplicationConfig } from "../authentik/providers";
import type { Context } from "./context";
import type { Gateway } from "./gateway";
import type { Networks } from "./networks";
import type { Outpost } from "./outpost";
import type { WorkloadFile } from "../engine/workload";
import { probe } from "./probe";
import type { Server, Worker } from "./server";

/** What the proof asks. */
export interface ServingArgs {
    /** `frontend` and `backend` are used. */
    networks: Networks;
    server: Server;
    worker: Worker;
    outposts: Outpost[];
    /** Through which names are reached. Default: none. */
    gateway?: Gateway;
    /** What else has to be done first. Default: nothing. */
    after?: pulumi.Resource[];
    /** Plain, since they decide what is asked; each outpost is asked for those behind it. */
    applications: ApplicationConfig[];
    /** Among them the secrets with which the applications are asked for. Default: none, as where no device signs in. */
    files?: WorkloadFile[];
    /** What the log lines of server, worker and outposts could show, and no message may. */
    secrets: pulumi.Input<string>[];
    context: Context;
}

/**
 * The proof that a person could sign in, and a device: done again whenever something that answers was replaced.
 *
 * @throws (when the update runs) Error that says what was answered instead, when it is not there within 180 seconds.
 * @example
 * const serving = new Serving("auth-serving", {
 *     ...{ server, worker, networks, context, outposts: [outpost] },
 *     applications: config.applications,
 *     files: blueprintFiles(authentikSecrets("auth", context, config, {})),
 *     secrets: [token],
 * });
 * return serving.once("https://auth.example.com"); // known once a person could sign in
 */
export class Serving extends pulumi.ComponentResource {
    private readonly proven: pulumi.Resource;

    public constructor(name: string, args: ServingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Serving", name, {}, opts);
        const { server, worker, outposts, gateway, after = [], context } = args;
        const doors = gateway === undefined ? [] : [gateway];
        const running = [server, worker, ...outposts, ...doors].map((part) => part.running);
        const checks = [
            ...servingChecks(server.internalUrl, [...outposts, server.embedded], args.applications),
            ...doors.flatMap(({ places, running: { title } }) => gatewayChecks(places, title)),
        ];
        const { documents, command } = probe(checks, 180);
        const [entrypoint = "", ...rest] = command;
        const named = secretsIn(checks);
        this.proven = context.runtime.job(
            `${name}-proven`,
            {
                title: "waiting until a person can sign in",
                image: server.image,
                entrypoint: [entrypoint],
                command: rest,
                documents,
                files: (args.files ?? []).filter(({ path }) => named.includes(path)),
                networks: args.networks.attach(["frontend", "backend"], `${context.prefix}authentik-serving`),
                triggers: Object.fromEntries(running.map(({ title, revision }) => [title, revision])),
                proves: true,
                witnesses: running,
                secrets: args.secrets,
                seconds: 200,
                cure: "Fix the cause, then run `pulumi up` again.",
            },
            {
                parent: this,
                dependsOn: [
                    ...running.map(({ healthy }) => healthy),
                    ...doors.map(({ configured }) => configured),
                    ...after,
                ],
            },
        );
        this.registerOutputs({});
    }

    /** A value that is known once the proof is there. */
    public once<T>(value: T): pulumi.Output<T> {
        return this.proven.urn.apply(() => value);
    }
}
