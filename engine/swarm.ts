import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { workloadArgs } from "./container";
import { DockerRuntime, type RuntimeArgs } from "./docker-runtime";
import { joined } from "./files";
import { type JobPlace, runTo } from "./job";
import { stackIdentity } from "./labels";
import type { SeenMake } from "./observation";
import { connectionOf } from "./provider";
import { refreshAsked } from "./refresh";
import { hooksOf, ifKnown, recordStep, valueOf } from "./step";
import { asked, Images } from "./swarm-images";
import { type Nodes, servicesOn } from "./swarm-job";
import { heldElsewhere, lockedArgs, startIn } from "./swarm-lock";
import { observeSwarm } from "./swarm-observation";
import { type DataPlace, defaultDataNode, nodesWith } from "./swarm-place";
import {
    mountList,
    type ServiceFile,
    serviceArgs,
    secretData,
    swarmName,
    swarmProblems,
    type VolumeDriver,
} from "./swarm-service";
import { startService, stopServices } from "./swarm-start";
import {
    type NetworkAttachment,
    portsOf,
    type Running,
    secretsOf,
    type VolumeArgs,
    type Workload,
    type WorkloadFile,
    type WorkloadMount,
} from "./workload";

/** Arguments of a Swarm. */
export interface SwarmArgs extends RuntimeArgs, Partial<DataPlace> {}

/**
 * Runs workloads as services of a Docker Swarm. The engine that the provider talks to is one of its managers.
 *
 * @throws pulumi.RunError (when a resource is made) where a workload asks for what Swarm does not have.
 * @example
 * const runtime = await Swarm.observed({
 *     prefix: "staging-",
 *     storage: { name: "local", options: { type: "nfs", o: "addr=192.0.2.5,nfsvers=4", device: ":/srv/authentik/{volume}" } },
 * });
 */
export class Swarm extends DockerRuntime {
    protected readonly networkKind = { driver: "overlay", attachable: true };
    protected override readonly volumePlace: string;
    private readonly nodes: Nodes;
    private readonly storage: VolumeDriver | undefined;
    private readonly images = new Images(() => this.connect(), this.stack);
    /** What the volumes are for, by their names and by the outputs that components pass on. */
    private readonly volumes = new Map<unknown, VolumeArgs>();
    private readonly workloads = new WeakMap<Running, Workload>();

    public constructor(args: SwarmArgs = {}) {
        super(args);
        const { dataNode = defaultDataNode, storage } = args;
        this.storage = storage;
        this.volumePlace = ` on the node with the label ${dataNode}`;
        this.nodes = nodesWith({ dataNode, storage }, (source) => {
            const volume = this.volumes.get(source);
            return volume?.shared === undefined ? undefined : volume.name;
        });
    }

    /**
     * Creates the runtime after looking at what is already running there.
     *
     * @throws pulumi.RunError where the settings lead nowhere. Where no manager answers, nothing is known of it.
     */
    public static async observed(args: Omit<SwarmArgs, "observation" | "compares"> = {}): Promise<Swarm> {
        const { provider, connection = await connectionOf(provider), prefix = "" } = args;
        const stack = stackIdentity(pulumi.getProject(), prefix);
        const observation = connection && (await observeSwarm(connection, stack));
        return new Swarm({ ...args, connection, observation, compares: refreshAsked() });
    }

    public run(name: string, given: Workload, opts: pulumi.CustomResourceOptions): Running {
        this.resources.push(name);
        const { title, files = [], remembered = [], publish, generation, health, replicas = 1 } = given;
        const { mounts = [], pids = 256, ...workload } = this.placed(given);
        const owned = mounts.flatMap(({ owner, target }) => (owner === undefined ? [] : [target]));
        let madeOf = pulumi.output("");
        // Swarm ends what is unhealthy, so it asks what tells that it has started, and gives it time to recover.
        const patient = { ...workload, mounts, health: { ...health, command: health.ready ?? health.command } };
        const args = workloadArgs(
            patient,
            (made) => {
                // The service has no argument for its processes, nor the provider a word of what its mounts hold at first.
                madeOf = this.fingerprint(made, files, [...remembered, String(pids), ...owned]);
                this.announce(name, given, madeOf);
                return this.labelsOf(name, given, madeOf);
            },
            { interval: "5s", retries: 60 },
        );
        const problems = swarmProblems(
            args,
            workloadArgs({ ...patient, transform: undefined }, () => ({})),
        );
        if (problems.length > 0)
            throw new pulumi.RunError([`Swarm cannot run ${title} with:`, ...problems].join("\n  "));
        const volumes = mountList(args.mounts).filter(({ type }) => type === "volume");
        const { target: alone } = mounts.find(({ exclusive }) => exclusive === true) ?? {};
        const same = () => this.madeOfSame(name, madeOf);
        const startOf = (image: string) =>
            asked(
                () => this.images.startOf(image),
                async () => {
                    const made = await same();
                    return made && startIn(alone ?? "", made.command, made.args);
                },
            );
        // Nobody can be asked what an image holds; what the service is made of is in a label.
        const isBlind = pulumi.runtime.isDryRun() && this.observation === undefined;
        const hidden = ["commands", "args", "secrets[*].fileUid"].map((path) => `taskSpec.containerSpec.${path}`);
        const service = new docker.Service(
            swarmName(name),
            serviceArgs(alone === undefined ? args : lockedArgs(args, alone, startOf), {
                files: files.map((file) => this.file(name, args, file, { opts, same, isBlind })),
                constraints: this.nodes.constraintsOf(volumes.map(({ source }) => source)),
                driverOf: (source) => this.nodes.driverOf(source),
                handedOver: owned,
            }),
            {
                ...this.ofProvider(opts),
                // The step below stops the old service, and only if it has to.
                deleteBeforeReplace: false,
                // An update by the provider would restart every container, with its variables in another order.
                replaceOnChanges: ["taskSpec", "labels", "endpointSpec"],
                // The step says how many there are. What Swarm adds is no change; what it is made of is in a label.
                ignoreChanges: [
                    "mode",
                    "taskSpec.containerSpec.image",
                    "taskSpec.containerSpec.privileges",
                    "taskSpec.placement.platforms",
                    ...(isBlind ? hidden : []),
                ],
                hooks: hooksOf({ beforeCreate: [startsEmpty] }),
            },
        );
        const handOvers = this.handOversOf(name, mounts);
        const known = () =>
            pulumi.output({
                handOvers,
                exclusive: mounts.flatMap(({ source, exclusive }) => (exclusive === true ? [source] : [])),
                secrets: secretsOf(files),
            });
        const healthy = recordStep(
            `${name}-healthy`,
            {
                facts: {
                    container: service.id,
                    check: (health.ready ?? health.command).join(" "),
                    pids: String(pids),
                    replicas: String(replicas),
                },
                ...(handOvers.length === 0 ? {} : { containers: handOvers.map(({ args: its }) => its) }),
                again: this.observation?.whyAgain(name, replicas),
                run: async () =>
                    startService(await this.connect(), await valueOf(service.id), {
                        ...(await valueOf(known())),
                        health: alone === undefined ? health : { lacking: heldElsewhere, ...health },
                        ...{ title, replicas, generation, pids, ports: portsOf(publish) },
                        ...{ resource: name, stack: this.stack, stopSeconds: workload.stopSeconds },
                        ...{ starts: this.starts, place: await this.jobPlace() },
                    }),
            },
            { ...opts, dependsOn: [service] },
        );
        const revision = pulumi.all([service.id, healthy.urn]).apply(([id]) => id);
        const running: Running = {
            title,
            revision,
            // The alias that each of its networks has leads to the healthy containers of a former service and of this one. The name of
            // either would lead nowhere while the other serves.
            address: healthy.urn.apply(() => title),
            healthy,
            telling: workload.telling,
        };
        this.workloads.set(running, { ...workload, mounts });
        return running;
    }

    /** Nothing reads a file on another node, so a job does, which has the volumes of the workload. */
    public read(running: Running, path: string): pulumi.Output<string> {
        const workload = this.workloads.get(running);
        if (pulumi.runtime.isDryRun() || workload === undefined)
            return running.revision.apply(() => pulumi.unknown as unknown as string);
        const { image, user, mounts } = workload;
        const name = `${running.title}-read`;
        const process = { image, user, mounts, entrypoint: ["cat", path], networks: [] };
        return pulumi.all([this.knownArgs(process, name), running.revision]).apply(async ([args]) =>
            runTo(await this.jobPlace(), {
                name,
                title: `reading ${path}`,
                args,
                pids: 64,
                files: [],
                seconds: 60,
            }),
        );
    }

    public releaseWorkloads(name: string, opts: pulumi.CustomResourceOptions): void {
        const isOwn = (resource: string) => resource.startsWith(`${name}-`);
        const kept = this.resources.filter(isOwn);
        recordStep(
            `${name}-workloads`,
            {
                facts: { workloads: [...kept].sort().join(" ") },
                // By then, also what a program has made after this is known.
                run: async () =>
                    stopServices(
                        await this.connect(),
                        this.stack,
                        (one) => isOwn(one) && !this.resources.includes(one),
                    ),
            },
            opts,
        );
    }

    /** Swarm makes a volume where a container with it runs, and removes none. */
    public volume(_name: string, args: VolumeArgs, _opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
        const volume = pulumi.output(args.name);
        this.volumes.set(volume, args);
        this.volumes.set(args.name, args);
        return volume;
    }

    protected async jobPlace(): Promise<JobPlace> {
        return servicesOn(await this.connect(), this.images, this.nodes);
    }

    protected override networksOf(attachments: NetworkAttachment[]): NetworkAttachment[] {
        // Services are on networks by id, also on those that others made.
        return attachments.map(({ network, aliases }) => ({
            network: typeof network === "string" ? this.networkId(network) : network,
            aliases,
        }));
    }

    private networkId(name: string): pulumi.Output<string> {
        return asked(async () => {
            const { Id } = await (await this.connect()).get<{ Id: string }>(`/networks/${name}`);
            return Id;
        });
    }

    /** The workload as it is placed: without storage for all nodes, what may be lost is in the memory of each container. */
    private placed(workload: Workload): Workload {
        const isLost = ({ source }: WorkloadMount) =>
            this.storage === undefined && this.volumes.get(source)?.shared === "passing";
        const { mounts = [], tmpfs = [], networks } = workload;
        return {
            ...workload,
            networks: this.networksOf(networks),
            mounts: mounts.filter((mount) => !isLost(mount)),
            tmpfs: [...tmpfs, ...mounts.filter(isLost).map(({ target }) => target)],
        };
    }

    /** A file of a service: a secret of Swarm, or a config where there is no secret in it. */
    private file(
        name: string,
        { image, user }: Pick<docker.ContainerArgs, "image" | "user">,
        { path, content, secrets, initial, owner, after }: WorkloadFile,
        { opts, same, isBlind }: { opts: pulumi.CustomResourceOptions; same: Same; isBlind: boolean },
    ): ServiceFile {
        const kind = secrets?.length === 0 ? "config" : "secret";
        const slug = path.replace(/^\/(run\/secrets\/)?/, "").replaceAll(/[^a-zA-Z0-9_.-]/g, "-");
        const own = swarmName(`${name}-${slug}`);
        const before = async () => (await same())?.files.get(path);
        const bundle = async (known: string, path: string, own: string) =>
            joined(known, path, await this.images.read(known, path), own);
        const whole =
            after === undefined
                ? content
                : pulumi.all([image, content]).apply(([known, own]) =>
                      asked(
                          () => bundle(known, after, own),
                          async () => this.contentOf((await before())?.config),
                      ),
                  );
        const data = pulumi.output(whole).apply(secretData);
        const made = {
            ...this.ofProvider(opts),
            deleteBeforeReplace: false,
            // Only a new service needs it; or nobody can be asked what is before it.
            ignoreChanges: initial === true || (isBlind && after !== undefined) ? ["data"] : [],
        };
        const labels = this.labelList(name);
        const resource =
            kind === "config"
                ? new docker.ServiceConfig(own, { data, labels }, made)
                : new docker.Secret(own, { data: pulumi.secret(data), labels }, made);
        const uid =
            kind === "config"
                ? "0"
                : pulumi.all([image, user]).apply(([known, its]) =>
                      asked(
                          () => this.images.idOf(known, owner ?? its),
                          async () => (await before())?.uid,
                      ),
                  );
        return {
            ...{ kind, path, uid, id: resource.id, name: resource.name, gid: "0" },
            // Swarm mounts it read-only, so that its owner cannot change it either.
            mode: kind === "config" ? 0o444 : 0o400,
        };
    }

    /** What runs of a workload, where it was made of the same. */
    private async madeOfSame(name: string, madeOf: pulumi.Output<string>): Promise<SeenMake | undefined> {
        const made = this.observation?.made(name);
        return made !== undefined && (await ifKnown(madeOf)) === made.madeOf ? made : undefined;
    }

    /** The text in a config of Swarm. */
    private async contentOf(config: string | undefined): Promise<string | undefined> {
        if (config === undefined) return undefined;
        const { Spec } = await (await this.connect()).get<{ Spec: { Data: string } }>(`/configs/${config}`);
        return Buffer.from(Spec.Data, "base64").toString();
    }
}

/** Tells what runs of a workload, where it was made of the same. */
type Same = () => Promise<SeenMake | undefined>;

/**
 * A service that replaces another one begins without a container, and the step that starts it stops first what is in its way. The
 * engine takes the program's number here, also where it ignores changes of it.
 */
function startsEmpty({ name, newInputs }: pulumi.ResourceHookArgs): void {
    const { mode } = newInputs as { mode?: { replicated?: { replicas?: number } } };
    if (mode?.replicated?.replicas !== 0)
        throw new Error(
            `the service ${name} would start before what is in its way has stopped; nothing was changed. A transformation must not set its mode`,
        );
}
