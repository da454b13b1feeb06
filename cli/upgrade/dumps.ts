import { postgresSocket } from "../../authentik/roles";
import { databaseQuery, newestRelease } from "../../authentik/upgrades";
import { volumeName } from "../../config/volumes";
import { runAsRoot, stopWriters } from "../backup/root-job";
import { ToolError } from "../progress";
import { namesOf, prefixOf, readRequirements } from "../stack/files";
import { dockerOf, type OpenStack } from "../workplace";

const connect = `--host=${postgresSocket.folder} --username=postgres`;

const dumpScript = `set -eu
part="/dumps/$1.part"
rm -rf /dumps/*.part
mkdir "$part"
pg_dump ${connect} --format=custom --file="$part/database.dump" authentik
pg_restore --list "$part/database.dump" > /dev/null
tar -C /media -cf "$part/media.tar" .
mv "$part" "/dumps/$1"`;

// Both are unpacked beside what is there, so that one that cannot be read costs nothing.
const restoreScript = `set -eu
sql() { psql ${connect} --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@"; }
cd "/dumps/$1"
rm -rf /media/.restored
mkdir /media/.restored
tar -C /media/.restored -xf media.tar
sql --command='DROP DATABASE IF EXISTS authentik_restored WITH (FORCE)' \
  --command='CREATE DATABASE authentik_restored OWNER authentik' \
  --command='REVOKE ALL ON DATABASE authentik_restored FROM PUBLIC'
pg_restore ${connect} --dbname=authentik_restored --exit-on-error database.dump
sql --command='DROP DATABASE IF EXISTS authentik WITH (FORCE)' \
  --command='ALTER DATABASE authentik_restored RENAME TO authentik'
sql <<'SQL'
SELECT 'GRANT CONNECT ON DATABASE authentik TO ak_backup' FROM pg_roles WHERE rolname = 'ak_backup' \\gexec
SQL
find /media -mindepth 1 -maxdepth 1 ! -name .restored -exec rm -rf {} +
find /media/.restored -mindepth 1 -maxdepth 1 -exec mv {} /media/ \\;
rmdir /media/.restored`;

/** What is saved of a stack: its database and its uploaded files, in a volume beside theirs. */
export class Dumps {
    private readonly prefix: string;
    private readonly image: string;
    private readonly media: string;

    /** @throws ToolError when the stack's database is not its own, and so not this program's to dump. */
    public constructor(private readonly open: OpenStack) {
        const { workDir } = open.stack.workspace;
        const { ownsPostgres, images } = readRequirements(workDir, open.stack.name);
        const { postgres } = images;
        if (!ownsPostgres || postgres === undefined)
            throw new ToolError(
                "The stack's PostgreSQL is not its own, so it cannot be dumped here. Dump its database, set `version` to the " +
                    "next step that `npm start` names, and run `npm start`.",
            );
        this.prefix = prefixOf(workDir, open.stack.name);
        this.media = volumeName("media", namesOf(workDir, open.stack.name));
        this.image = postgres;
    }

    /** Name of the volume that holds the dumps. */
    public get volume(): string {
        return `${this.prefix}ak_dumps`;
    }

    /** The newest release that has used the database; undefined when none has. */
    public async release(): Promise<string | undefined> {
        const query = `printf '%s' "$1" | psql ${connect} --dbname=authentik --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1`;
        return newestRelease(await this.run("asking the database for its release", query, databaseQuery));
    }

    /** Saves database and files as they are, and returns the dump's name, which begins with the release. */
    public async save(release: string): Promise<string> {
        const name = `${release}-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
        await this.run("saving the database and the uploaded files", dumpScript, name);
        return name;
    }

    /** The names of the dumps, oldest first. */
    public async list(): Promise<string[]> {
        const names = await this.run("looking for what was saved", "ls -1tr /dumps", "");
        return names.split("\n").filter((name) => /^20\d\d\./.test(name) && !name.endsWith(".part"));
    }

    /** Stops what uses the database and puts back what was saved. */
    public async restore(name: string): Promise<void> {
        await stopWriters(this.open);
        await this.run("putting back the database and the uploaded files", restoreScript, name);
    }

    /** Runs a script in the stack's PostgreSQL image, as root and without a network, and returns what it printed. */
    private async run(title: string, shell: string, argument: string): Promise<string> {
        return await runAsRoot(dockerOf(this.open.workplace), {
            name: `${this.prefix}authentik-dump`,
            identity: this.open.identity,
            ...{ title, image: this.image, entrypoint: ["sh", "-c"], command: [shell, "sh", argument], hours: 1 },
            mounts: [
                { source: `${this.prefix}${postgresSocket.volume}`, target: postgresSocket.folder },
                { source: this.media, target: "/media" },
                { source: this.volume, target: "/dumps" },
            ],
        });
    }
}
