import { postgresSocket } from "../../authentik/roles";
import { databaseQuery, newestRelease } from "../../authentik/upgrades";
import type { Manifest } from "../backup/manifest";
import { runAsRoot } from "../backup/root-job";
import { BackupStore } from "../backup/store";
import { ToolError } from "../progress";
import { containersOf, isRunning } from "../stack/containers";
import { prefixOf, readRequirements } from "../stack/files";
import { jobsOf } from "../stack/swarm";
import type { OpenStack } from "../workplace";

/**
 * What upgrades save of a stack: backups of authentik alone, in a volume of their own, so that going back does not take the data
 * of consumers back as well, and no other backup pushes them out.
 */
export class Dumps {
    private readonly prefix: string;
    private readonly image: string;
    private readonly backups: BackupStore;

    /** @throws ToolError when the stack's database is not its own, and so not this program's to dump. */
    public constructor(private readonly open: OpenStack) {
        const { workDir } = open.stack.workspace;
        const { ownsPostgres, images } = readRequirements(workDir, open.stack.name);
        const { postgres } = images;
        if (!ownsPostgres || postgres === undefined)
            throw new ToolError(
                "The stack does not run its own PostgreSQL, so it cannot be dumped here. Dump its database, set `version` to the " +
                    "next step that `npm start` names, and run `npm start`.",
            );
        this.prefix = prefixOf(workDir, open.stack.name);
        this.image = postgres;
        this.backups = new BackupStore(open, `${this.prefix}ak_dumps`);
    }

    /** Name of the volume that holds the dumps. */
    public get volume(): string {
        return this.backups.volume;
    }

    /** @throws ToolError where the stack's PostgreSQL does not run: everything else here asks it. */
    public async needsPostgres(): Promise<void> {
        const { name } = this.open.stack;
        if (!(await containersOf(this.open, "-postgres-server")).some(isRunning))
            throw new ToolError(
                `PostgreSQL of the stack ${name} does not run. Nothing was changed: \`npm start -- ${name}\` starts it.`,
            );
    }

    /** The newest release that has used the database; undefined when none has. */
    public async release(): Promise<string | undefined> {
        const connection = `--host=${postgresSocket.folder} --username=postgres --dbname=authentik`;
        const query = `printf '%s' "$1" | psql ${connection} --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1`;
        const output = await runAsRoot(jobsOf(this.open), {
            name: `${this.prefix}authentik-dump`,
            identity: this.open.identity,
            ...{ title: "asking the database for its release", image: this.image, hours: 1 },
            ...{ entrypoint: ["sh", "-c"], command: [query, "sh", databaseQuery] },
            mounts: [{ source: `${this.prefix}${postgresSocket.volume}`, target: postgresSocket.folder }],
        });
        return newestRelease(output);
    }

    /** Saves database and files as they are, and returns the dump's name, which begins with the release. */
    public async save(release: string): Promise<string> {
        await this.backups.save(release);
        return (await this.list()).at(-1) ?? "";
    }

    /** The names of the dumps, oldest first. */
    public async list(): Promise<string[]> {
        await this.backups.convert();
        return (await this.backups.list()).manifests.map(nameOf);
    }

    /** Stops what uses the database and puts back what was saved. */
    public async restore(name: string): Promise<void> {
        const found = (await this.backups.list()).manifests.find((manifest) => nameOf(manifest) === name);
        if (found === undefined) throw new ToolError(`The volume ${this.volume} does not have ${name}.`);
        await new BackupStore(this.open).restore(this.backups, found.id);
    }
}

function nameOf({ release, id }: Manifest): string {
    return `${release}-${id}`;
}
