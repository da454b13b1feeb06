import { createHmac } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { tellAbsence } from "./absence";
import { compare, type Compared, inPreview } from "./comparison";
import type { DockerConnection } from "./connection";
import { handOverArgs, type KnownArgs, processArgs } from "./container";
import { type JobPlace, type JobRun, runTo } from "./job";
import { generationLabel, jobLabels, madeOfLabel, resourceLabel, stackIdentity, stackLabel } from "./labels";
import type { Observation } from "./observation";
import { connectionOf, dockerProviderOf } from "./provider";
import { digest, recordStep, valueOf } from "./step";
import { Starts } from "./health";
import {
    type Comparison,
    type Job,
    type NetworkArgs,
    type NetworkAttachment,
    portsOf,
    type Process,
    type Running,
    type Runtime,
    secretsOf,
    type VolumeArgs,
    type Workload,
    type WorkloadFile,
    type WorkloadMount,
} from "./workload";

/** What a Docker engine is reached with, and what is known of it. */
export interface RuntimeArgs {
    /** The provider that makes its containers, networks and volumes. Default: Pulumi's own, which `docker:*` configures. */
    provider?: docker.Provider;
    /** Leads to the engine that the provider talks to. Default: one with the settings that the provider has. */
    connection?: DockerConnection;
    /** Prefix of the names of Docker objects, by which stacks on one host differ, e.g. `staging-`. Default: none. */
    prefix?: string;
    /** What is already running. Default: unknown, so that only changed workloads are waited for. */
    observation?: Observation;
    /** Jobs that can say what is no longer as they left it are asked. Default: false. */
    compares?: boolean;
}

/** What all ways to run workloads on Docker have in common: jobs, networks, and the connection beside the provider's. */
export abstract class DockerRuntime implements Runtime {
    /** What was already running; undefined when nobody looked, or no engine answered. */
    public readonly observation: Observation | undefined;
    protected readonly stack: string;
    protected readonly prefix: string;
    protected readonly starts = new Starts();
    protected readonly resources: string[] = [];
    private readonly provider: docker.Provider | undefined;
    private connection: Promise<DockerConnection | undefined> | undefined;
    private readonly compares: boolean;
    private key: pulumi.Output<string> | undefined;

    public constructor(args: RuntimeArgs = {}) {
        this.provider = args.provider;
        this.connection = args.connection && Promise.resolve(args.connection);
        this.observation = args.observation;
        this.compares = args.compares ?? false;
        this.prefix = args.prefix ?? "";
        this.stack = stackIdentity(pulumi.getProject(), this.prefix);
    }

    public abstract run(name: string, workload: Workload, opts: pulumi.CustomResourceOptions): Running;

    public abstract read(workload: Running, path: string): pulumi.Output<string>;

    public abstract releaseWorkloads(name: string, opts: pulumi.CustomResourceOptions): void;

    public abstract volume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string>;

    /** Where its volumes are, at the end of a message: nothing, where that is clear. */
    protected readonly volumePlace: string = "";

    /** Where its jobs run. */
    protected abstract jobPlace(): Promise<JobPlace>;

    /** What kind of network it makes. */
    protected abstract readonly networkKind: Pick<docker.NetworkArgs, "driver" | "attachable">;

    public job(name: string, job: Job, opts: pulumi.CustomResourceOptions): pulumi.Resource {
        const { documents = {}, files = [], witnesses = [], memory, triggers, comparison } = job;
        // No file can be added below a read-only root later, so the folder for what is remembered exists from the start.
        const forgotten = memory === undefined ? {} : { [`${memory.folder}/0.yaml`]: "" };
        const given = [...files, ...asFiles({ ...documents, ...forgotten })];
        const process = { limits: { memory: "1g" }, ...job, files: given, networks: this.networksOf(job.networks) };
        const args = processArgs(process, this.jobLabels(name));
        const asks = processArgs({ ...process, ...comparison }, this.jobLabels(`${name}-compared`));
        const { title, seconds, cure, judge, pids = 256 } = job;
        const held = pulumi.runtime.isDryRun() ? files.map(inPreview) : files;
        const plain = { name, title, seconds, cure, judge, pids };
        const known = () =>
            pulumi
                .output({
                    args,
                    asks,
                    files: held,
                    secrets: [...secretsOf(held), ...(job.secrets ?? [])],
                    ids: witnesses.map(({ revision }) => revision),
                })
                .apply(({ ids, ...values }) => ({
                    ...values,
                    ...plain,
                    witnesses: witnesses.map(({ title: its, telling }, at) => ({
                        title: its,
                        telling,
                        id: ids[at] ?? "",
                    })),
                    files: [...values.files, ...asFiles(documents)],
                }));
        const digests = Object.fromEntries(Object.entries(documents).map(([path, text]) => [path, digest(text)]));
        const compared = job.proves === true ? undefined : this.compared(comparison, known);
        const sick = this.resources.map((resource) => this.observation?.whyAgain(resource)).find(Boolean);
        return recordStep(
            name,
            {
                facts: { ...digests, ...triggers },
                secrets: files.map(({ content }) => content),
                containers: comparison === undefined ? [args] : [args, asks],
                memory: memory?.documents,
                again: job.proves === true ? sick : compared?.apply(({ reason }) => reason),
                run: async (gone, reason, old) => {
                    if (old !== undefined && compared !== undefined) {
                        const { news } = await valueOf(compared);
                        await warn(news((document) => old.facts[document] === digests[document]));
                    }
                    const run = await valueOf(known());
                    const folder = memory?.folder ?? "";
                    const removed = Object.values(gone).map((content, n) => ({ path: `${folder}/${n}.yaml`, content }));
                    const names = JSON.stringify(Object.keys(old?.memory ?? {}));
                    const before = memory?.names === undefined ? [] : [{ path: memory.names, content: names }];
                    const mark = comparison === undefined ? [] : [{ path: comparison.mark, content: reason }];
                    const more = [...removed, ...before, ...mark];
                    await runTo(await this.jobPlace(), { ...run, files: [...run.files, ...more] });
                },
            },
            opts,
        );
    }

    /** Why a job has to run again, as its comparison says; undefined where nobody asks. */
    private compared(
        comparison: Comparison | undefined,
        known: () => pulumi.Output<JobRun & { asks: KnownArgs }>,
    ): pulumi.Output<Compared> | undefined {
        const dry = pulumi.runtime.isDryRun();
        const there = this.observation?.areThere(this.resources, dry) === true;
        if (comparison === undefined || !this.compares || !there) return undefined;
        const answer = pulumi.all([known(), dry ? "" : comparison.needs.revision]).apply(async ([run]) => {
            const own = { name: `${run.name}-compared`, title: comparison.title, args: run.asks, cure: "" };
            const compared = await compare(await this.jobPlace(), { ...run, ...own });
            // An update says it when it is known what the job had before.
            if (dry) await warn(compared.news(() => true));
            return compared;
        });
        // What it says are names; it is redacted like every log.
        return pulumi.unsecret(answer);
    }

    public network(name: string, args: NetworkArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
        const seen = this.observation?.network(name);
        const others = seen?.others ?? [];
        if (seen !== undefined && seen.name !== args.name && others.length > 0)
            throw new pulumi.RunError(
                `the network ${seen.name} cannot be renamed to ${args.name} while other containers use it (${others.join(", ")}); disconnect them, or keep its name`,
            );
        // The id, not the name: after a network was lost and re-created, only a new id makes its containers follow.
        return new docker.Network(
            name,
            { ...args, ...this.networkKind, labels: this.labelList(name) },
            { ...this.ofProvider(opts), deleteBeforeReplace: true, ignoreChanges: ["labels"] },
        ).id;
    }

    public formerNetworks(): string[] {
        return this.observation?.networkResources() ?? [];
    }

    public releaseNetwork(name: string, opts: pulumi.CustomResourceOptions): void {
        const seen = this.observation?.network(name);
        if (seen === undefined || seen.others.length === 0) return;
        const users = seen.others.join(", ");
        void pulumi.log.warn(
            `the network ${seen.name} is no longer needed but is kept, since other containers use it: ${users}`,
        );
        this.network(name, { name: seen.name, internal: seen.internal }, opts);
    }

    public releaseVolume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): void {
        const isThere = this.observation?.hasVolume(args.name);
        if (isThere === false) return;
        const cure = `\`docker volume rm ${args.name}\` deletes it${this.volumePlace}`;
        if (isThere === true) void pulumi.log.info(`the volume ${args.name} is no longer needed but is kept; ${cure}`);
        // A volume that is deleted when the stack is destroyed has to stay in the state until then: an update that no longer
        // declares it deletes its data. So it stays also where nobody could look, even if there was none: an empty one is no loss. It is
        // kept then, since it may be another stack's.
        if (!args.keep) this.volume(name, { ...args, keep: isThere === undefined }, opts);
    }

    /** How a process is on its networks. */
    protected networksOf(attachments: NetworkAttachment[]): NetworkAttachment[] {
        return attachments;
    }

    /** The arguments of a container that is asked something. */
    protected knownArgs(process: Process, job: string): pulumi.Output<KnownArgs> {
        return pulumi.output(processArgs(process, this.jobLabels(job)));
    }

    /** The connection, for code that runs during an update, when every setting is known. */
    protected async connect(): Promise<DockerConnection> {
        this.connection ??= connectionOf(this.provider);
        const connection = await this.connection;
        if (connection === undefined)
            throw new Error(
                "the settings of the Docker provider are known only once something else was made; make that first with `pulumi up --target`, or give it plain values",
            );
        return connection;
    }

    /** Options of a resource of Docker's, which one provider makes: the one whose engine the connection leads to. */
    protected ofProvider(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
        const given = opts.provider ?? dockerProviderOf(opts.parent);
        if (given !== undefined && given !== this.provider)
            throw new pulumi.RunError(
                `a component was given a Docker provider that its runtime does not have; give it to the runtime as well: \`new ${this.constructor.name}({ provider })\``,
            );
        return this.provider === undefined ? opts : { ...opts, provider: this.provider };
    }

    /**
     * A digest of everything that a container is made of: its files, which are not among its arguments, and every argument,
     * since the provider ignores the removal of many. It is a label, so a change replaces the container. Anyone who can
     * inspect the container can read the label, so the digest is keyed: nobody can test a guess at a weak secret with it.
     */
    protected fingerprint(
        { destroyGraceSeconds: _, ...args }: docker.ContainerArgs,
        files: WorkloadFile[],
        remembered: pulumi.Input<string>[],
    ): pulumi.Output<string> {
        this.key ??= new random.RandomPassword(`${this.prefix}authentik-label-key`, {
            length: 50,
            special: false,
        }).result;
        const given = files.map(({ path, owner, content, initial, after }) => [
            path,
            owner,
            initial === true ? "" : content,
            ...(after === undefined ? [] : [after]),
        ]);
        const keyed = pulumi
            .all([this.key, args, given, remembered])
            .apply(([key, ...values]) => createHmac("sha256", key).update(JSON.stringify(values)).digest("hex"));
        return pulumi.unsecret(keyed).apply((text) => text.slice(0, 16));
    }

    /**
     * Says in a preview where a workload will be away.
     *
     * @param madeOf digest of all that its container will be made of.
     * @param image id of its image. Default: its name says which it is.
     */
    protected announce(
        resource: string,
        { title, publish = [] }: Workload,
        madeOf: pulumi.Output<string>,
        image?: Promise<string | null>,
    ): void {
        if (!pulumi.runtime.isDryRun() || this.observation === undefined) return;
        const cure = [publish].flat().find((one) => one.cure !== undefined)?.cure;
        const will = { title, resource, madeOf, image, ports: portsOf(publish), cure };
        // The resource itself fails with what fails here.
        void tellAbsence(will, this.observation).catch(() => undefined);
    }

    /** The labels of a workload's container. */
    protected labelsOf(resource: string, { generation }: Workload, madeOf: pulumi.Output<string>) {
        return {
            [stackLabel]: this.stack,
            [resourceLabel]: resource,
            ...(generation === undefined ? {} : { [generationLabel]: generation }),
            [madeOfLabel]: madeOf,
        };
    }

    /** The containers that give a workload's volumes to their owners. */
    protected handOversOf(
        name: string,
        mounts: WorkloadMount[],
    ): { args: pulumi.Output<KnownArgs>; optional: boolean }[] {
        const owners = [...new Set(mounts.flatMap(({ owner }) => owner ?? []))];
        return owners.map((owner, index) => ({
            args: handOverArgs(owner, mounts, this.jobLabels(`${name}-owner-${index}`)),
            optional: owner.optional ?? false,
        }));
    }

    protected jobLabels(job: string): Record<string, string> {
        return jobLabels(this.stack, job);
    }

    protected labelList(name: string): { label: string; value: string }[] {
        return [
            { label: stackLabel, value: this.stack },
            { label: resourceLabel, value: name },
        ];
    }
}

function asFiles(documents: Record<string, string>): { path: string; content: string }[] {
    return Object.entries(documents).map(([path, content]) => ({ path, content }));
}

async function warn(message: string | undefined): Promise<void> {
    // Without a resource: its URN is known only after this.
    if (message !== undefined) await pulumi.log.warn(message);
}
