import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/schema";
import type { ContainerTransform, Job, WorkloadFile } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import type { Context } from "./context";
import type { ImageKey } from "../authentik/roles";
import type { Networks } from "./networks";

/** What this stack uses of a data service, and what it offers to others. */
export interface DataService<Connection, Offered = Connection> {
    /** authentik's own connection. */
    connection: Connection;
    /** Connections of the consumers, by name. */
    consumers: Record<string, Offered>;
    /** Names of the data volumes, when the service was created here. */
    volumes?: Record<string, pulumi.Output<string>>;
    /** What saves a copy of all that this stack has there connects with. Default: nothing does. */
    reader?: Connection;
}

/** What a container finds other hosts by. */
export type Reach = Pick<ContainerAdditions, "hosts" | "dns">;

/** What a data service is connected with. */
export interface DataArgs {
    config: Config;
    images: Record<ImageKey, pulumi.Input<string>>;
    networks: Networks;
    /** What its container gets beside what the stack gives it. Default: nothing. */
    additions?: ContainerAdditions;
    /** The names that whoever asks an external one has, beside what DNS says. Default: none. */
    reach?: Reach;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/** How a process reaches a data service. */
export interface Access {
    /** Environment variables: never a secret. */
    variables: Record<string, pulumi.Input<string>>;
    password: WorkloadFile;
    certificates: WorkloadFile[];
}

/** A PEM file and the variable that has its path; nothing where there is no such PEM. */
export function certificateFile(
    variable: string,
    name: string,
    content: pulumi.Input<string> | undefined,
    rest: Pick<WorkloadFile, "owner" | "secrets">,
): { variables: Record<string, string>; files: WorkloadFile[] } {
    const path = `/run/secrets/${name}`;
    return content === undefined
        ? { variables: {}, files: [] }
        : { variables: { [variable]: path }, files: [{ path, content, ...rest }] };
}

/** Tries an external data service before anything uses it. */
export function externalCheck(
    name: string,
    job: Omit<Job, "networks" | "seconds" | "cure">,
    { section, secret }: { section: "postgres" | "redis"; secret: string },
    { networks, context, reach }: DataArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const set = "pulumi config set";
    const cure = [
        `Correct ${section}.external in the configuration, then run \`pulumi up\` again.`,
        `Its password: \`${set} --secret --path 'secrets["${secret}"]'\`.`,
        `The CA of its certificate: \`${set} --path '${section}.external.caCertificate' < ca.crt\`.`,
    ].join("\n");
    const attached = networks.attach(["db", "backend"], `${context.prefix}authentik-check`);
    const check = { ...withAdditions(job, reach), networks: attached, seconds: 30, cure };
    return context.runtime.job(`${name}-check`, check, opts);
}

/** @throws pulumi.RunError that says what to do in the other stack. */
export function otherStackLacks({ name, consumer }: { name: string; consumer: string }): never {
    throw new pulumi.RunError(
        `stack ${name} has no consumer ${consumer}; add it to its \`consumers\` and update it first`,
    );
}
