import type Docker from "dockerode";
import { type DockerConnection, ignoring } from "./connection";
import type { Published } from "../ground/fields";
import { checkSeconds } from "./health";
import { formerLabel, resourceLabel, stackLabel } from "./labels";
import { listed } from "./start";
import { execute, silence } from "./streams";

/** A network of a stack, as found on the Docker host. */
export interface SeenNetwork {
    name: string;
    internal: boolean;
    /** Names of the containers on it that do not belong to the stack. */
    others: string[];
}

/** What was seen of a stack. */
export interface Seen {
    /** The workloads, by resource. */
    workloads: Map<string, SeenWorkload>;
    networks: Map<string, SeenNetwork>;
    /** Names of the volumes: those that may be the stack's, and all that there are, unless they are on machines that cannot be asked. */
    volumes: { ours: Set<string>; all?: Set<string> };
}

/**
 * What exists of a stack on the Docker host when the program starts.
 *
 * Pulumi does not look at resources whose declaration did not change. It still takes a container that was stopped, crashed
 * or restarted by Docker for healthy, and does not know that other containers joined a network, which then cannot be
 * deleted. So the program looks itself.
 */
export class Observation {
    private readonly time = new Date().toISOString();

    public constructor(private readonly seen: Seen) {}

    /**
     * Looks at what exists of a stack.
     *
     * @param stack the stack's identity in labels.
     * @returns undefined when no engine answers, as in the preview of a pull request: then nothing is known.
     */
    public static async of(connection: DockerConnection, stack: string): Promise<Observation | undefined> {
        const lists = Promise.all([
            connection.get<Docker.ContainerInfo[]>("/containers/json?all=true"),
            connection.get<ListedNetwork[]>("/networks"),
            connection.get<{ Volumes: ListedVolume[] | null }>("/volumes"),
        ]);
        const answer = await soon(lists);
        if (answer === undefined) return undefined;
        const [containers, networks, { Volumes }] = answer;
        return new Observation({
            workloads: await workloadsOf(connection, containers, stack),
            networks: await networksOf(connection, networks, containers, stack),
            volumes: {
                ours: new Set(volumesOf(Volumes, stack)),
                all: new Set((Volumes ?? []).map(({ Name }) => Name)),
            },
        });
    }

    /**
     * Why a workload has to be waited for although its declaration did not change; undefined when it is healthy.
     *
     * @param replicas how many containers it should have. Default: it does not matter.
     */
    public whyAgain(resource: string, replicas?: number): string | undefined {
        const seen: Partial<SeenWorkload> = this.seen.workloads.get(resource) ?? { trouble: "missing" };
        const { replicas: own = replicas } = seen;
        const isScaled = replicas !== undefined && own !== replicas;
        const trouble = seen.trouble ?? (isScaled ? `${own} instead of ${replicas} containers` : undefined);
        return trouble === undefined ? undefined : `${trouble} at ${this.time}`;
    }

    /** A label of a workload's running container, or of its image. */
    public label(resource: string, label: string): string | undefined {
        return this.seen.workloads.get(resource)?.labels[label];
    }

    /** The image that a workload's container was made of, whether it runs or not. */
    public image(resource: string): SeenImage | undefined {
        return this.seen.workloads.get(resource)?.image;
    }

    /** What a workload's containers were made of. */
    public made(resource: string): SeenMake | undefined {
        return this.seen.workloads.get(resource)?.made;
    }

    /** Ports of the host that a workload's running container has. */
    public ports(resource: string): Published[] {
        return this.seen.workloads.get(resource)?.ports ?? [];
    }

    /** Whether these can be asked: they are healthy, or else they exist and an update is about to start them. */
    public areThere(resources: string[], dry: boolean): boolean {
        return resources.every(
            (resource) => this.whyAgain(resource) === undefined || (!dry && this.seen.workloads.has(resource)),
        );
    }

    /** The resources whose networks are there. */
    public networkResources(): string[] {
        return [...this.seen.networks.keys()];
    }

    /** The network of a resource. */
    public network(resource: string): SeenNetwork | undefined {
        return this.seen.networks.get(resource);
    }

    /** Whether there is a volume of this name, made by this stack or by hand. */
    public hasVolume(name: string): boolean {
        return this.seen.volumes.ours.has(name);
    }

    /** Why what remembers these volumes has to look for them; undefined when the host has each, whoever made it. */
    public whyLook(names: string[]): string | undefined {
        const { all } = this.seen.volumes;
        if (all === undefined) return undefined;
        const missing = names.filter((name) => !all.has(name));
        return missing.length === 0 ? undefined : `no volume ${missing.join(", ")} at ${this.time}`;
    }
}

/** An image of a container, as found on the Docker host. */
export interface SeenImage {
    id: string;
    /**
     * The name that the container was made with, or the id once that name is another image's or none's. Source: `refreshImage`
     * in daemon/list.go of Docker 20.10 to 29.
     */
    name: string;
}

/** What a service was made of, as far as that depends on its image. */
export interface SeenMake {
    /** Digest of all that was declared of it. */
    madeOf: string;
    command: string[];
    args: string[];
    /** Its files by path: their owner's number, and the config of Swarm, where it is no secret. */
    files: Map<string, { uid: string; config?: string }>;
}

/** A workload, as found on the Docker host. */
export interface SeenWorkload {
    /** What is wrong with it; undefined when it is healthy. */
    trouble?: string;
    /** Those of its container and of its image; none when it does not run. */
    labels: Record<string, string>;
    /** Default: nobody knows, e.g. on other machines. */
    image?: SeenImage;
    /** Default: that is not needed, e.g. on one host. */
    made?: SeenMake;
    /** Its ports of the host; none when it does not run. */
    ports: Published[];
    /** How many containers it is to have, whoever said so. Default: nobody can change it. */
    replicas?: number;
}

/** A network in a list; those of Swarm itself have no labels. */
export type ListedNetwork = Omit<Docker.NetworkInspectInfo, "Labels"> & { Labels?: Record<string, string> | null };

interface ListedVolume {
    Name: string;
    Labels: Record<string, string> | null;
}

/** Names of volumes that may be the stack's: one that was made by hand or restored has no label, and is taken up. */
function volumesOf(volumes: ListedVolume[] | null, stack: string): string[] {
    const ours = (volumes ?? []).filter(({ Labels }) => {
        const { [stackLabel]: owner = stack, [formerLabel]: former } = Labels ?? {};
        return owner === stack || former !== undefined;
    });
    return ours.map(({ Name }) => Name);
}

/**
 * What an engine answers first; undefined where it does not answer, or not soon: a preview does not wait for a machine that is away.
 *
 * Only the engine's answers belong in here, so that a mistake of this program is not taken for an engine that does not answer.
 */
export async function soon<T>(answers: Promise<T>): Promise<T | undefined> {
    return await Promise.race([answers, silence(10)]).catch(() => undefined);
}

async function workloadsOf(
    connection: DockerConnection,
    containers: Docker.ContainerInfo[],
    stack: string,
): Promise<Map<string, SeenWorkload>> {
    const workloads = new Map<string, SeenWorkload>();
    // The newest comes first. An older container of the same resource is about to be deleted.
    for (const { Id, Image, ImageID, Labels, State, Status, Ports = [] } of containers) {
        const resource = Labels[resourceLabel];
        if (Labels[stackLabel] !== stack || resource === undefined || workloads.has(resource)) continue;
        const running = State === "running";
        const healthy =
            running &&
            (Status.includes("(healthy)") || (Status.includes("(health: starting)") && (await passes(connection, Id))));
        workloads.set(resource, {
            trouble: healthy ? undefined : running ? Status : State,
            labels: running ? Labels : {},
            image: { id: ImageID, name: Image },
            ports: running ? Ports.map(listed) : [],
        });
    }
    return workloads;
}

/** Runs the health check of a container. Docker itself runs it only some seconds after the start. */
async function passes(connection: DockerConnection, id: string): Promise<boolean> {
    const container = (await connection.client()).getContainer(id);
    try {
        const [, ...command] = (await container.inspect()).Config.Healthcheck?.Test ?? [];
        return (await execute(container, command, undefined, checkSeconds)).code === 0;
    } catch {
        return false; // it has stopped in the meantime
    }
}

async function networksOf(
    connection: DockerConnection,
    networks: ListedNetwork[],
    containers: Docker.ContainerInfo[],
    stack: string,
): Promise<Map<string, SeenNetwork>> {
    const ours = new Set(
        containers.filter(({ Labels }) => Labels[stackLabel] === stack || formerLabel in Labels).map(({ Id }) => Id),
    );
    const seen = networks.flatMap(({ Id, Labels: given }) => {
        const Labels = given ?? {};
        const resource = Labels[resourceLabel] ?? Labels[formerLabel]?.split("::").at(-1);
        const isOurs = Labels[stackLabel] === stack || formerLabel in Labels;
        return resource === undefined || !isOurs ? [] : [{ Id, resource }];
    });
    const found = seen.map(async ({ Id, resource }): Promise<[string, SeenNetwork][]> => {
        // It may have been removed in the meantime.
        const network = await connection.get<Docker.NetworkInspectInfo>(`/networks/${Id}`).catch(ignoring(404));
        if (network === undefined) return [];
        const { Name, Internal, Containers } = network;
        const others = Object.entries(Containers ?? {}).flatMap(([id, { Name: name }]) => (ours.has(id) ? [] : [name]));
        return [[resource, { name: Name, internal: Internal === true, others }]];
    });
    return new Map((await Promise.all(found)).flat());
}
