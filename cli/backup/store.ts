import { backupScript, fingerprintFile, postgresSocket, roles } from "../../authentik/roles";
import { volumeName, type VolumeNames } from "../../config/volumes";
import { script } from "../../components/probe";
import { ignoring } from "../../engine/connection";
import { type KnownArgs, processArgs } from "../../engine/container";
import { readFile } from "../../engine/files";
import { runToExit } from "../../engine/job";
import { generationLabel, jobLabel, resourceLabel, stackLabel } from "../../engine/labels";
import { execute } from "../../engine/streams";
import { ToolError } from "../progress";
import { namesOf, readRequirements, type StackRequirements } from "../stack/files";
import { dockerOf, type OpenStack } from "../workplace";
import { type Listing, type Manifest, readListing, type Target } from "./manifest";

/** The backups of a stack: what authentik/backup.sh does, in the container of the backups or in a job of its own. */
export class BackupStore {
    private readonly prefix: string;
    private readonly names: VolumeNames;

    public constructor(private readonly open: OpenStack) {
        this.names = namesOf(open.stack.workspace.workDir, open.stack.name);
        this.prefix = this.names.prefix;
    }

    /** Name of the volume that holds them. */
    public get volume(): string {
        return volumeName("backups", this.names);
    }

    /** All that there is; also of a stack that is stopped. */
    public async list(): Promise<Listing> {
        return readListing(await this.run("looking for backups", ["list"]));
    }

    /** @throws ToolError when there is no such backup. */
    public async manifest(id: string): Promise<Manifest> {
        const { manifests } = await this.list();
        const found = manifests.find((manifest) => manifest.id === id);
        if (found !== undefined) return found;
        const known = manifests.map((manifest) => manifest.id).join(", ");
        throw new ToolError(
            `The volume ${this.volume} has no backup ${id}. ${known === "" ? "It has none at all." : `It has: ${known}.`}`,
        );
    }

    /**
     * Makes a backup now, or restores the newest one for a trial, in the running container.
     *
     * @returns what was printed.
     * @throws ToolError with the reason when it fails, and when the container does not run.
     */
    public async attempt(work: "save" | "verify"): Promise<string> {
        const docker = await dockerOf(this.open.workplace).client();
        const [running] = (await this.containers()).filter(({ State }) => State === "running");
        const { name } = this.open.stack;
        if (running === undefined)
            throw new ToolError(
                `The stack ${name} has no running container for its backups: \`npm start -- ${name}\` starts it, unless ` +
                    "`backup.run` is false.",
            );
        const { code, output } = await execute(docker.getContainer(running.Id), ["sh", backupScript, "attempt", work]);
        if (code !== 0) throw new ToolError(output.trim());
        return output.trim();
    }

    /**
     * What a restore into this stack has to fit.
     *
     * @throws ToolError where nothing can be restored into it.
     */
    public async target(): Promise<Target> {
        const { name } = this.open.stack;
        if (!this.requirements.ownsPostgres)
            throw new ToolError(
                `The PostgreSQL of the stack ${name} is not its own, so its databases are not replaced here. Stop the stack, ` +
                    "restore authentik.dump of the backup with pg_restore --clean --no-owner, and run `npm start`.",
            );
        const [container] = await this.containers();
        const docker = await dockerOf(this.open.workplace).client();
        const secretKey =
            container === undefined ? "" : await readFile(docker.getContainer(container.Id), fingerprintFile);
        if (secretKey === "")
            throw new ToolError(
                `The stack ${name} has no container for its backups, which knows its secret key: \`npm start -- ${name}\` makes ` +
                    "it, with the secrets of then, unless `backup.run` is false.",
            );
        return { stack: name, release: this.requirements.version, secretKey };
    }

    /** Holds a backup to its digests. */
    public async check(id: string): Promise<void> {
        await this.run("checking the backup", ["check", id]);
    }

    /** Stops what writes, and puts a backup of a stack in the place of what is there. Returns what was printed. */
    public async restore({ volume }: BackupStore, id: string): Promise<string> {
        await this.stopWriters();
        return await this.run("restoring the backup", ["restore", id], { volume, targets: this.targets });
    }

    /**
     * Makes the volumes that are gone anew, empty, so that an update does not stop for them.
     *
     * @returns whether PostgreSQL runs; else the stack has to be brought up before anything is restored.
     */
    public async prepare(): Promise<boolean> {
        const docker = await dockerOf(this.open.workplace).client();
        // One that exists is left as it is.
        for (const Name of this.requirements.volumes) await docker.createVolume({ Name });
        const found = await docker.listContainers({ filters: { label: [`${stackLabel}=${this.open.identity}`] } });
        const runs = found.some(
            ({ Labels, State }) => State === "running" && Labels[resourceLabel]?.endsWith("-postgres-server") === true,
        );
        // They make their tables when they start.
        if (!runs) await this.stopWriters();
        return runs;
    }

    private async stopWriters(): Promise<void> {
        const docker = await dockerOf(this.open.workplace).client();
        const label = [`${stackLabel}=${this.open.identity}`];
        const writers = await docker.listContainers({ filters: { label: [...label, generationLabel] } });
        for (const { Id } of [...writers, ...(await this.containers())])
            await docker.getContainer(Id).stop({ t: 60 }).catch(ignoring(304));
    }

    /** Where PostgreSQL's socket and authentik's files are in a job that restores. */
    private get targets(): Record<string, string> {
        return {
            [`${this.prefix}${postgresSocket.volume}`]: postgresSocket.folder,
            [volumeName("media", this.names)]: "/target/media",
            [volumeName("templates", this.names)]: "/target/templates",
            [volumeName("certificates", this.names)]: "/target/certificates",
        };
    }

    private get requirements(): StackRequirements {
        return readRequirements(this.open.stack.workspace.workDir, this.open.stack.name);
    }

    /** The containers of the backups, newest first. */
    private async containers() {
        const docker = await dockerOf(this.open.workplace).client();
        const label = [`${stackLabel}=${this.open.identity}`];
        const found = await docker.listContainers({ all: true, filters: { label } });
        return found.filter(({ Labels }) => Labels[resourceLabel]?.endsWith("-backups-container"));
    }

    /** Runs the program in a container of its own, as root, since the files of a restore are another user's. */
    private async run(
        title: string,
        command: string[],
        { volume = this.volume, targets = {} }: { volume?: string; targets?: Record<string, string> } = {},
    ): Promise<string> {
        const { postgres: image } = this.requirements.images;
        if (image === undefined)
            throw new ToolError(
                `The stack ${this.open.stack.name} has no backups: \`backup.run\` is false, and its PostgreSQL is elsewhere.`,
            );
        const name = `${this.prefix}authentik-backup-job`;
        const files = Object.entries(script("backup.sh").documents).map(([path, content]) => ({ path, content }));
        const process = {
            image,
            entrypoint: ["sh", backupScript],
            command,
            user: "0",
            variables: { PGHOST: postgresSocket.folder, PGUSER: "postgres" },
            files,
            mounts: [
                { source: volume, target: "/backups", readOnly: true },
                ...Object.entries(targets).map(([source, target]) => ({ source, target })),
            ],
            networks: [],
            limits: { memory: "1g" },
        };
        const labels = { [stackLabel]: this.open.identity, [jobLabel]: name };
        const capabilities = { drops: ["ALL"], adds: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] };
        const args = { ...processArgs(process, labels), capabilities } as KnownArgs;
        const job = { name, title, args, pids: roles.backup.pids, files, seconds: 6 * 3600 };
        return (await runToExit(dockerOf(this.open.workplace), job)).trim();
    }
}
