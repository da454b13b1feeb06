import type { DockerConnection } from "../../engine/connection";
import { remembered } from "../../config/volumes";
import { isObject, valueAt } from "../../ground/problems";
import { runPulumi } from "../engine/pulumi-command";
import type { Progress } from "../progress";
import type { OpenStack } from "../workplace";
import { kindOf } from "./events";

/** A resource as the state has it, as far as the tools read it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    custom?: boolean;
    /** Another took its place, and the update that would have deleted it did not come so far. Default: false. */
    delete?: boolean;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

/** A stack's state, as far as the tools read it. */
export interface State {
    resources: StateResource[];
    /** What was under way when the last run was killed. */
    pending: { type: string; resource: { urn: string } }[];
}

/** A state as the Pulumi CLI writes it, as far as it is read or changed here. */
interface Exported {
    deployment?: { resources?: KeptResource[]; pending_operations?: State["pending"] };
}

/** A resource that may stay when the program no longer names it. */
type KeptResource = StateResource & { retainOnDelete?: boolean };

/** Reads a stack's state; secrets in it stay encrypted. */
export async function readState(open: OpenStack): Promise<State> {
    const { deployment } = await exported(open);
    return { resources: deployment?.resources ?? [], pending: deployment?.pending_operations ?? [] };
}

async function exported({ stack, workplace }: OpenStack): Promise<Exported> {
    const args = ["stack", "export", "--stack", stack.name];
    return JSON.parse(await runPulumi(workplace, args, stack.workspace.workDir)) as Exported;
}

/**
 * Changes a stack's state. The Automation API would decrypt every secret of it, and write all of it into a file for everyone.
 *
 * @param change returns whether there was anything to change.
 */
async function changeState(open: OpenStack, change: (resources: KeptResource[]) => boolean): Promise<void> {
    const { stack, workplace } = open;
    const state = await exported(open);
    if (!change(state.deployment?.resources ?? [])) return;
    const args = ["stack", "import", "--stack", stack.name];
    await runPulumi(workplace, args, stack.workspace.workDir, JSON.stringify(state));
}

/** The containers and services of a state, in its order. */
export function containersIn<Resource extends Pick<StateResource, "type">>(resources: Resource[]): Resource[] {
    return resources.filter(({ type }) => ["container", "service"].includes(kindOf(type)));
}

const volumeType = "docker:index/volume:Volume";

/** What the step of that remembers of the volumes that the last update made or found, by role and name. */
function memoriesOf(resources: StateResource[]): Record<string, string> {
    const { inputs } = resources.find(({ urn }) => urn.endsWith("::prefix")) ?? {};
    const memory = valueAt(inputs, ["input", "memory"]);
    const entries = Object.entries((isObject(memory) ? memory : {}) as Record<string, string>);
    return Object.fromEntries(entries.filter(([one]) => !one.startsWith('"')));
}

/** Names of the volumes that the last update made or found. */
export function rememberedVolumes({ resources }: State): string[] {
    return Object.keys(memoriesOf(resources)).flatMap((one) => one.split(" ")[1] ?? []);
}

/** Whether a container, a network or a volume that the state knows is gone, or a service, which Pulumi notices only with a refresh. */
export async function hasLost(docker: DockerConnection, { resources }: State): Promise<boolean> {
    const known = resources.filter(({ type }) => /^docker:index\/(container|network|volume|service):/.test(type));
    const hasServices = known.some(({ type }) => type === "docker:index/service:Service");
    const [containers, networks, { Volumes }, services] = await Promise.all([
        docker.get<{ Id: string }[]>("/containers/json?all=true"),
        docker.get<{ Id: string }[]>("/networks"),
        docker.get<{ Volumes: { Name: string }[] | null }>("/volumes"),
        hasServices ? docker.get<{ ID: string }[]>("/services") : [],
    ]);
    const there = new Set([
        ...[...containers, ...networks].map(({ Id }) => Id),
        ...(Volumes ?? []).map(({ Name }) => Name),
        ...services.map(({ ID }) => ID),
    ]);
    return known.some(({ id }) => id !== undefined && !there.has(id));
}

/** Marks a volume in the state as one that stays when the program no longer names it. */
export async function keepVolume(open: OpenStack, volume: string): Promise<void> {
    await changeState(open, (resources) => {
        const found = resources.find(({ type, id }) => type === volumeType && id === volume);
        if (found === undefined || found.retainOnDelete === true) return false;
        found.retainOnDelete = true;
        return true;
    });
}

/**
 * Lets go of the volumes of one host in the state of a stack that goes on on a Swarm. Else an update would delete some of them at its
 * manager, which may have others of the same names.
 *
 * @returns whether there were any.
 */
export function leaveVolumes({ resources }: { resources: KeptResource[] }): boolean {
    const volumes = resources.filter(({ type }) => type === volumeType);
    const memories = memoriesOf(resources);
    const made = Object.keys(memories).filter((one) => memories[one] === remembered.made);
    for (const volume of volumes) volume.retainOnDelete = true;
    const step = resources.find(({ urn }) => urn.endsWith("::prefix"));
    const memory = valueAt(step?.inputs, ["input", "memory"]) as Record<string, string>;
    for (const one of made) memory[one] = "";
    return volumes.length + made.length > 0;
}

/** Lets go of the volumes of one host where a stack's state has any. */
export async function leaveHost(progress: Progress, open: OpenStack, state: State): Promise<void> {
    if (!leaveVolumes(state)) return;
    progress("keeping the volumes of the one host, which the stack leaves");
    await changeState(open, (resources) => leaveVolumes({ resources }));
}
