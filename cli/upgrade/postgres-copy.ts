import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import { postgresSocket, roles } from "../../authentik/roles";
import { type DockerConnection, ignoring } from "../../engine/connection";
import { createOptions, handOverArgs, type KnownArgs, processArgs } from "../../engine/container";
import { putFiles } from "../../engine/files";
import { untilHealthy } from "../../engine/health";
import { removeJobs, runToExit } from "../../engine/job";
import { jobLabels } from "../../engine/labels";
import { valueOf } from "../../engine/step";
import type { Process, WorkloadMount, MountOwner } from "../../engine/workload";
import { copyScript, countScript } from "./postgres-scripts";

/** A file at the top of a volume whose copy is whole. */
export const copiedMark = "authentik-stack.copied";

/** What is copied from, or to. */
export interface Side {
    image: string;
    volume: string;
}

const { data, health, pids, stopSeconds } = roles.postgres;
const user = "postgres";
const passwordFile = "/run/secrets/postgres_password";

/** Copies everything of one PostgreSQL into an empty volume of another, with nobody else at either. */
export class PostgresCopy {
    private ended = false;

    /**
     * @param stack the stack's identity in labels.
     * @param prefix of the names of its Docker objects.
     */
    public constructor(
        private readonly connection: DockerConnection,
        private readonly stack: string,
        private readonly prefix: string,
    ) {}

    /**
     * Copies roles, databases and server settings, and compares every table.
     *
     * It takes what the images of both give: the new one's own pg_dump reads the old server, which is what PostgreSQL advises.
     *
     * @returns what was compared, for people.
     * @throws Error with the last log lines; the old volume is as it was then.
     */
    public async run(from: Side, to: Side): Promise<string> {
        const docker = await this.connection.client();
        try {
            for (const [name, side] of Object.entries({ old: from, new: to })) await this.serve(docker, name, side);
            this.goOn();
            const log = await runToExit(this.connection, {
                ...this.process("copy", {
                    image: to.image,
                    entrypoint: ["bash", "-euo", "pipefail", "-c"],
                    command: [copyScript, "bash", countScript, copiedMark],
                    user,
                    mounts: [
                        { source: this.name("old-socket"), target: "/old" },
                        { source: this.name("new-socket"), target: "/new" },
                        { source: to.volume, target: "/data" },
                    ],
                }),
                title: "copying and comparing the databases",
                pids,
                files: [],
                seconds: 24 * 3600,
            });
            // In order, so that what is written is on the disk.
            for (const name of ["new", "old"]) await docker.getContainer(this.name(name)).stop({ t: stopSeconds });
            return log.split("\n").at(-1) ?? "";
        } finally {
            await this.clear();
        }
    }

    /** Ends a copy that runs. */
    public async end(): Promise<void> {
        this.ended = true;
        await this.clear();
    }

    private goOn(): void {
        if (this.ended) throw new Error("the copy was interrupted");
    }

    /** Removes what a copy works with. */
    public async clear(): Promise<void> {
        const docker = await this.connection.client();
        await removeJobs(docker, this.stack);
        for (const name of ["old-socket", "new-socket"])
            await docker.getVolume(this.name(name)).remove().catch(ignoring(404));
    }

    private async serve(docker: Docker, name: string, { image, volume }: Side): Promise<void> {
        this.goOn();
        const owner = { user, image };
        const mounts = [
            { source: volume, target: data.folder, owner },
            { source: this.name(`${name}-socket`), target: postgresSocket.folder, owner },
        ];
        await this.handOver(owner, mounts);
        const file = { path: passwordFile, content: randomBytes(24).toString("hex") };
        const process = {
            image,
            user,
            variables: { PGDATA: data.folder, POSTGRES_PASSWORD_FILE: passwordFile },
            files: [file],
            mounts,
        };
        const { name: title, args } = this.process(name, process);
        const container = await docker.createContainer(createOptions(title, args, pids));
        // A password of its own, for an empty volume; the old server's comes with the roles.
        await putFiles(container, [file]);
        await container.start();
        await untilHealthy(docker, container.id, { title, health, secrets: [] });
    }

    private async handOver(owner: MountOwner, mounts: WorkloadMount[]): Promise<void> {
        const name = this.name("owner");
        const args = await valueOf(handOverArgs(owner, mounts, this.labels(name)));
        await runToExit(this.connection, {
            name,
            title: `giving ${mounts.map(({ target }) => target).join(", ")} away`,
            args,
            pids,
            files: [],
            seconds: 300,
        });
    }

    private process(purpose: string, process: Omit<Process, "networks">): { name: string; args: KnownArgs } {
        const name = this.name(purpose);
        return { name, args: processArgs({ networks: [], ...process }, this.labels(name)) as KnownArgs };
    }

    private name(purpose: string): string {
        return `${this.prefix}authentik-postgres-${purpose}`;
    }

    private labels(name: string): Record<string, string> {
        return jobLabels(this.stack, name);
    }
}
