import type { DockerConnection } from "../../engine/connection";
import { type Progress, reasonOf, ToolError } from "../progress";
import type { Report } from "../stack/events";
import { bringUp, settle } from "../stack/up";
import { dockerOf, type OpenStack } from "../workplace";
import { type Manifest, restoreProblem } from "./manifest";
import { OffsiteStore } from "./offsite";
import { BackupStore } from "./store";

/** Where a backup is, and the stack whose data it takes the place of. */
export interface Restore {
    from: OpenStack;
    into: OpenStack;
    id: string;
    /** The stack may have another secret key than the one of then. Default: it may not. */
    otherKey?: boolean;
}

/**
 * The backup of a restore, whole and fit for the stack. One that is only elsewhere is brought back first.
 *
 * @throws ToolError with what to do instead.
 */
export async function fitting(progress: Progress, { from, into, id, otherKey }: Restore): Promise<Manifest> {
    const source = new BackupStore(from);
    if (!(await isSameEngine(dockerOf(from.workplace), dockerOf(into.workplace))))
        throw new ToolError(
            `The stack ${into.stack.name} runs on another Docker engine than ${from.stack.name}, where the volume ${source.volume} with its ` +
                `backups is. Copy the folder ${id} of it into the volume ${new BackupStore(into).volume} over there, and run ` +
                `\`npm run restore -- ${id} --stack ${into.stack.name}\`. Nothing was changed.`,
        );
    const judge = async (manifest: Manifest) => {
        const problem = restoreProblem(manifest, { ...(await new BackupStore(into).target()), otherKey });
        if (problem !== undefined) throw new ToolError(`${problem}\nNothing was changed.`);
    };
    if (!(await source.has(id))) await new OffsiteStore(from).fetch(progress, id, judge);
    const manifest = await source.manifest(id);
    await judge(manifest);
    await source.check(id);
    return manifest;
}

/** Whether what one engine has is there for the other: it is the same, or of the same Swarm. */
async function isSameEngine(one: DockerConnection, other: DockerConnection): Promise<boolean> {
    if (one.host === other.host) return true;
    const [first, second] = await Promise.all([one, other].map((engine) => engine.get<EngineInfo>("/info")));
    const swarm = first?.Swarm?.Cluster?.ID ?? "";
    return first?.ID === second?.ID || (swarm !== "" && swarm === second?.Swarm?.Cluster?.ID);
}

/** What an engine says of itself, as far as it is read here. */
interface EngineInfo {
    ID: string;
    Swarm?: { Cluster?: { ID: string } };
}

/** Stops what writes, and puts the backup in the place of the stack's databases and files. It can be run again after any end. */
export async function replaceData(progress: Progress, { from, into, id }: Restore): Promise<void> {
    await settle(progress, into);
    const store = new BackupStore(into);
    if (!(await store.prepare())) {
        progress("PostgreSQL does not run: bringing the stack up first");
        await bringUp(progress, into, false);
    }
    try {
        progress(await store.restore(new BackupStore(from), id));
    } catch (error) {
        const again = `Fix the cause, then run the same command again; \`npm start -- ${into.stack.name}\` starts the stack as it is.`;
        throw new ToolError(
            `${reasonOf(error)}\n\nServer, worker and backups were stopped, and the gateway if its certificates are in the backup. ${again}`,
        );
    }
}

/**
 * Brings the stack up on the restored data. It is compared, so that what the configuration declares is applied again: tokens and
 * clients may be others than then.
 */
export function bringBack(progress: Progress, { into }: Restore): Promise<Report> {
    return bringUp(progress, into, false);
}
