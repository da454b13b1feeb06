import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { workloadArgs } from "./container";
import { DockerRuntime, type RuntimeArgs } from "./docker-runtime";
import { readFile } from "./files";
import { imageNow } from "./image";
import { containersOn, type JobPlace } from "./job";
import { stackIdentity } from "./labels";
import { Observation } from "./observation";
import { connectionOf } from "./provider";
import { refreshAsked } from "./refresh";
import { startWorkload } from "./start";
import { hooksOf, recordStep, valueOf } from "./step";
import { portsOf, type Running, secretsOf, type VolumeArgs, type Workload } from "./workload";

/** Arguments of a Docker host. */
export type DockerHostArgs = RuntimeArgs;

/**
 * Runs workloads as containers on one Docker host.
 *
 * @throws pulumi.RunError (when a resource is made) where a component hands it another provider than its own.
 * @example
 * // Of a program that runs more than once; `new DockerHost({ provider })` does not look at what runs already.
 * const provider = new docker.Provider("nas", { host: "ssh://admin@nas.example.com" });
 * const runtime = await DockerHost.observed({ provider, prefix: "staging-" });
 */
export class DockerHost extends DockerRuntime {
    protected readonly networkKind = {};

    /**
     * Creates the Docker host after looking at what is already running there: what stopped or is not healthy is waited for
     * again, and networks that other containers use are left to them. With `--refresh`, jobs that can tell are asked what is
     * no longer as they left it.
     *
     * @throws pulumi.RunError where the settings lead nowhere. Where no engine answers, nothing is known of it.
     */
    public static async observed(args: Omit<DockerHostArgs, "observation" | "compares"> = {}): Promise<DockerHost> {
        const { provider, connection = await connectionOf(provider), prefix = "" } = args;
        const stack = stackIdentity(pulumi.getProject(), prefix);
        const observation = connection && (await Observation.of(connection, stack));
        return new DockerHost({ provider, connection, prefix, observation, compares: refreshAsked() });
    }

    public run(name: string, workload: Workload, opts: pulumi.CustomResourceOptions): Running {
        this.resources.push(name);
        const { title, files = [], mounts = [], remembered = [], publish, generation } = workload;
        let image: Promise<string | null> | undefined;
        const args = workloadArgs(workload, (made) => {
            const madeOf = this.fingerprint(made, files, remembered);
            image = imageNow({ title, resource: name, image: made.image }, () => this.connect(), this.observation);
            this.announce(name, workload, madeOf, image);
            return this.labelsOf(name, workload, madeOf);
        });
        const container = new docker.Container(name, args, {
            ...this.ofProvider(opts),
            // The step below stops the old container, and only if it has to.
            deleteBeforeReplace: false,
            // The provider records some changes without applying them to the container. So every change replaces it.
            replaceOnChanges: Object.keys(args).filter((key) => key !== "destroyGraceSeconds"),
            // Its arguments have the image's name alone, which may be another image's now.
            replacementTrigger: image,
            hooks: hooksOf({
                beforeCreate: [
                    async () => (await this.connect()).pullIfMissing(await valueOf(pulumi.output(args.image))),
                ],
            }),
        });
        const handOvers = this.handOversOf(name, mounts);
        const pids = workload.pids ?? 256;
        const known = () =>
            pulumi.output({
                handOvers,
                files,
                exclusive: mounts.flatMap(({ source, exclusive }) => (exclusive === true ? [source] : [])),
                secrets: secretsOf(files),
            });
        const healthy = recordStep(
            `${name}-healthy`,
            {
                facts: {
                    container: container.id,
                    check: (workload.health.ready ?? workload.health.command).join(" "),
                    pids: String(pids),
                },
                ...(handOvers.length === 0 ? {} : { containers: handOvers.map(({ args }) => args) }),
                again: this.observation?.whyAgain(name),
                run: async () =>
                    startWorkload(await this.connect(), await valueOf(container.id), {
                        ...(await valueOf(known())),
                        title,
                        resource: name,
                        stack: this.stack,
                        health: workload.health,
                        stopSeconds: workload.stopSeconds,
                        generation,
                        pids,
                        ports: portsOf(publish),
                        starts: this.starts,
                    }),
            },
            { ...opts, dependsOn: [container] },
        );
        // Known only after the step is done.
        const revision = pulumi.all([container.id, healthy.urn]).apply(([id]) => id);
        // Docker's DNS knows each container by the beginning of its id as well.
        return {
            title,
            revision,
            address: revision.apply((id) => id.slice(0, 12)),
            healthy,
            telling: workload.telling,
        };
    }

    public read({ revision }: Running, path: string): pulumi.Output<string> {
        return revision.apply(async (id) => {
            try {
                const docker = await (await this.connect()).client();
                return await readFile(docker.getContainer(id), path);
            } catch (error) {
                if (!pulumi.runtime.isDryRun()) throw error;
                return pulumi.unknown as unknown as string;
            }
        });
    }

    /** The provider itself gives a container that it deletes the time to stop. */
    public releaseWorkloads(): void {
        return;
    }

    public volume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
        return new docker.Volume(
            name,
            { name: args.name, labels: this.labelList(name) },
            // Creating a volume that exists returns the existing one, with its labels and options. They must not replace it.
            {
                ...this.ofProvider(opts),
                retainOnDelete: args.keep,
                // Only another name replaces it. If it were deleted first, so would be the container that still serves its data.
                deleteBeforeReplace: false,
                ignoreChanges: ["labels", "driver", "driverOpts"],
            },
        ).name;
    }

    protected async jobPlace(): Promise<JobPlace> {
        return containersOn(await this.connect());
    }
}
