import { randomUUID } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type Docker from "dockerode";
import { backupScript, fingerprintFile, postgresSocket } from "../../authentik/roles";
import { backupJob, volumeName, type VolumeNames, type VolumeRole } from "../../config/volumes";
import { script } from "../../components/probe";
import { containerAtWork, type JobAtWork } from "../../engine/job";
import { serviceAtWork } from "../../engine/swarm-job";
import type { WorkloadMount } from "../../engine/workload";
import { ToolError } from "../progress";
import { containersOf, isRunning } from "../stack/containers";
import { jobsOf, swarmOf } from "../stack/swarm";
import { namesOf, readRequirements, type StackRequirements } from "../stack/files";
import { readState, rememberedVolumes } from "../stack/state";
import { dockerOf, type OpenStack } from "../workplace";
import { type Listing, type Manifest, readListing, type Target } from "./manifest";
import { runAsRoot, stopWriters } from "./root-job";

/**
 * The backups of a stack: what authentik/backup.sh does, in the container of the backups or in a job of its own.
 *
 * @param volume that holds them. Default: that of the stack's backups.
 */
export class BackupStore {
    private readonly prefix: string;
    private readonly names: VolumeNames;

    /** Name of the volume that holds them. */
    public readonly volume: string;

    public constructor(
        private readonly open: OpenStack,
        volume?: string,
    ) {
        this.names = namesOf(open.stack.workspace.workDir, open.stack.name);
        this.prefix = this.names.prefix;
        this.volume = volume ?? volumeName("backups", this.names);
    }

    /** All that there is; also of a stack that is stopped. */
    public async list(): Promise<Listing> {
        const said = await this.run("looking for backups", ["pack", "list"]);
        // Other lines are what a program complained of.
        const packed = said.split("\n").filter((line) => /^[A-Za-z0-9+/=]+$/.test(line));
        try {
            return readListing(gunzipSync(Buffer.from(packed.join(""), "base64")).toString());
        } catch {
            throw new ToolError(`The list of backups cannot be read: ${said}`);
        }
    }

    /** Makes backups of what upgrades saved before they made backups. */
    public async convert(): Promise<void> {
        await this.run("looking for what was saved", ["convert"], { isWritten: true });
    }

    /** Whether there is a backup of this name. */
    public async has(id: string): Promise<boolean> {
        return (await this.list()).manifests.some((manifest) => manifest.id === id);
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
        const [running] = (await this.containers()).filter(isRunning);
        const { name } = this.open.stack;
        if (running === undefined)
            throw new ToolError(
                `The stack ${name} has no running container for its backups: \`npm start -- ${name}\` starts it, unless ` +
                    "`backup.run` is false.",
            );
        const { code, output } = await running.execute(["sh", backupScript, "attempt", work], { seconds: 3600 });
        if (code !== 0) throw new ToolError(output.trim());
        return output.trim();
    }

    /**
     * Saves authentik's database, without those of consumers, and its files, in a job: also where nothing else makes backups.
     * What is there stays.
     *
     * @param release of authentik that the database is of.
     */
    public async save(release: string): Promise<void> {
        await this.run("saving the database and the uploaded files", ["save"], {
            files: { folder: "/source", roles: authentikFiles },
            isWritten: true,
            variables: { PGDATABASE: "authentik", DATABASES: "authentik", RELEASE: release, KEEP: "10000" },
            documents: { [fingerprintFile]: await this.fingerprint() },
        });
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
                `The stack ${name} does not run its own PostgreSQL, so its databases are not replaced here. Stop the stack, ` +
                    "restore authentik.dump of the backup with pg_restore --clean --no-owner, and run `npm start`.",
            );
        const secretKey = await this.fingerprint();
        if (secretKey === "")
            throw new ToolError(
                `The stack ${name} has no container for its backups, from which the secret key is read: \`npm start -- ${name}\` creates ` +
                    "it, with the secrets from the time of the backup, unless `backup.run` is false.",
            );
        return { stack: name, release: this.requirements.version, secretKey };
    }

    /** Holds a backup to its digests. */
    public async check(id: string): Promise<void> {
        await this.run("checking the backup", ["check", id]);
    }

    /** Whether a restore replaces the gateway's files. Those of another stack stay there: no two gateways share a CA. */
    public takesGateway(from: BackupStore, { files }: Manifest): boolean {
        const isSame = from.open.stack.name === this.open.stack.name;
        return isSame && "gateway.tar" in files && this.requirements.images.gateway !== undefined;
    }

    /** Stops what writes, and puts a backup of a stack in the place of what is there. Returns what was printed. */
    public async restore(from: BackupStore, id: string): Promise<string> {
        const hasGateway = this.takesGateway(from, await from.manifest(id));
        // It keeps in memory what it reads when it starts.
        const gateway = hasGateway ? await containersOf(this.open, "-gateway") : [];
        await stopWriters(this.open, [...(await this.containers()), ...gateway]);
        const roles: VolumeRole[] = hasGateway ? [...authentikFiles, "gateway"] : [...authentikFiles];
        return await this.run("restoring the backup", ["restore", id], {
            volume: from.volume,
            files: { folder: "/target", roles },
        });
    }

    /** That of the stack's secret key; empty where no container knows it. */
    private async fingerprint(): Promise<string> {
        const [container] = await this.containers();
        return container === undefined ? "" : await container.read(fingerprintFile);
    }

    /**
     * Makes the volumes anew, empty, that the stack had and that are gone, so that an update does not stop for them.
     *
     * @returns whether PostgreSQL runs; else the stack has to be brought up before anything is restored.
     */
    public async prepare(): Promise<boolean> {
        const docker = await dockerOf(this.open.workplace).client();
        // One that exists is left as it is. Swarm makes its own, on their nodes.
        if (swarmOf(this.open) === undefined)
            for (const Name of rememberedVolumes(await readState(this.open))) await docker.createVolume({ Name });
        const runs = (await containersOf(this.open, "-postgres-server")).some(isRunning);
        // They make their tables when they start.
        if (!runs) await stopWriters(this.open, await this.containers());
        return runs;
    }

    private get requirements(): StackRequirements {
        return readRequirements(this.open.stack.workspace.workDir, this.open.stack.name);
    }

    /** The containers of the backups, newest first. */
    private async containers() {
        return await containersOf(this.open, "-backups-container");
    }

    /** Runs the program in a container of its own, as root, since the files of a restore are another user's. */
    private async run(
        title: string,
        command: string[],
        { volume = this.volume, files, isWritten = false, variables = {}, documents = {} }: Work = {},
    ): Promise<string> {
        const { postgres: image } = this.requirements.images;
        if (image === undefined)
            throw new ToolError(
                `The stack ${this.open.stack.name} has no backups: \`backup.run\` is false, and it does not run its own PostgreSQL.`,
            );
        const all = Object.entries({ ...script("backup.sh").documents, ...documents });
        const data: WorkloadMount[] =
            files === undefined
                ? []
                : [
                      { source: `${this.prefix}${postgresSocket.volume}`, target: postgresSocket.folder },
                      ...files.roles.map((role) => ({
                          ...{ source: volumeName(role, this.names), target: `${files.folder}/${role}` },
                      })),
                  ];
        // What only looks ends no other job. What writes ends one of its kind that a killed command left.
        const [work = ""] = command;
        const kind = isWritten || files !== undefined ? work : randomUUID();
        const output = await runAsRoot(jobsOf(this.open), {
            name: `${this.prefix}${backupJob(kind)}`,
            identity: this.open.identity,
            ...{ title, image, command, entrypoint: ["sh", backupScript], hours: 6 },
            files: all.map(([path, content]) => ({ path, content })),
            variables: { PGHOST: postgresSocket.folder, PGUSER: "postgres", ...variables },
            mounts: [{ source: volume, target: "/backups", readOnly: !isWritten }, ...data],
        });
        return output.trim();
    }
}

/** The restore into a stack that is at work; also where its command was killed. */
export async function restoreOf(open: OpenStack): Promise<JobAtWork | undefined> {
    const { identity, stack, workplace } = open;
    const connection = dockerOf(workplace);
    const job = `${namesOf(stack.workspace.workDir, stack.name).prefix}${backupJob("restore")}`;
    if (swarmOf(open) !== undefined) return await serviceAtWork(connection, identity, job);
    return containerAtWork(await connection.get<Docker.ContainerInfo[]>("/containers/json"), identity, job);
}

/** Volumes that every stack has. */
const authentikFiles = ["media", "templates", "certificates"] as const;

/** What a job of the program has beside the backups. */
interface Work {
    /** With the backups. Default: that of this store. */
    volume?: string;
    /** Which volumes with files, and where they are, with PostgreSQL's socket. Default: it has neither. */
    files?: { folder: "/source" | "/target"; roles: readonly VolumeRole[] };
    /** Whether it writes backups. Default: false. */
    isWritten?: boolean;
    variables?: Record<string, string>;
    documents?: Record<string, string>;
}
