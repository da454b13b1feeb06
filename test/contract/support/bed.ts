import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureDocker } from "../../../cli/docker-engine";
import type { StandInImages } from "../../../cli/offline";
import { standIns } from "../../support/stand-ins";
import { cleanSlate, eventually, removeAll, start, type Container } from "./containers";
import { firstRecorded } from "./exchanges";
import { statusOf } from "./http";

const secretNames = [
    ...["secret_key", "postgres_password", "redis_password", "admin_password", "admin_token", "alice_password"],
    ...[
        "bob_password",
        "oidc_client_id",
        "oidc_client_secret",
        "outpost_a_token",
        "outpost_b_token",
        "outpost_c_token",
    ],
] as const;
/** The secrets of a bed, by the name of their file under /run/secrets. */
export type Secrets = Record<(typeof secretNames)[number], string>;

/** PostgreSQL, Redis and the files that everything else needs: what each of these tests stands on. */
export class Bed {
    readonly secrets = Object.fromEntries(
        secretNames.map((name) => [name, randomBytes(20).toString("hex")]),
    ) as Secrets;
    readonly blueprints = resolve(__dirname, "../blueprints");
    /** One name for all runs: what a killed run left is cleared by the next. */
    readonly folder = join(tmpdir(), "aks-contract");
    images!: StandInImages;
    postgres!: Container;
    redis!: Container;

    /** @param release of authentik that the images are of. Default: the one whose answers were recorded first. */
    constructor(readonly release = firstRecorded) {}

    /** Clears what an earlier run left, builds what is missing and starts PostgreSQL and Redis. */
    async open(): Promise<void> {
        process.env.DOCKER_HOST = (await ensureDocker(console.log)).host;
        this.images = await this.findImages();
        await cleanSlate();
        rmSync(this.folder, { recursive: true, force: true });
        mkdirSync(this.folder);
        for (const [name, value] of Object.entries(this.secrets)) this.file(name, `${value}\n`, 1000);
        this.file("postgres_root_password", this.secrets.postgres_password, 0);
        this.file("redis.conf", `appendonly yes\nrequirepass ${this.secrets.redis_password}\n`, 999);
        this.postgres = await start("postgres", this.postgresOptions());
        this.redis = await start("redis", {
            image: this.images.redis,
            command: ["redis-server", "/etc/redis/redis.conf"],
            mounts: [`${join(this.folder, "redis.conf")}:/etc/redis/redis.conf`],
            capabilities: ["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"],
            aliases: ["redis"],
        });
        await eventually(
            "PostgreSQL",
            60,
            async () => (await this.postgres.exec("pg_isready", "-h", "127.0.0.1")).code === 0,
        );
    }

    /** What everything runs. */
    protected async findImages(): Promise<StandInImages> {
        return await (await standIns()).buildStandInImages(() => undefined, this.release);
    }

    /** How PostgreSQL is started, as the program does it. */
    postgresOptions(): Parameters<typeof start>[1] {
        return {
            image: this.images.postgres,
            environment: {
                POSTGRES_USER: "authentik",
                POSTGRES_DB: "authentik",
                POSTGRES_PASSWORD_FILE: "/run/secrets/password",
            },
            mounts: [`${join(this.folder, "postgres_root_password")}:/run/secrets/password`],
            capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
            tmpfs: ["/var/run/postgresql", "/tmp"],
            aliases: ["postgres"],
        };
    }

    /** Starts authentik's image with all settings as files; `change` overrides environment variables. */
    authentik(
        name: string,
        command: string[],
        change: Record<string, string> = {},
        custom?: string,
    ): Promise<Container> {
        return start(name, {
            image: this.images.server,
            command,
            environment: {
                AUTHENTIK_SECRET_KEY: "file:///run/secrets/secret_key",
                AUTHENTIK_POSTGRESQL__HOST: "postgres",
                AUTHENTIK_POSTGRESQL__PASSWORD: "file:///run/secrets/postgres_password",
                AUTHENTIK_REDIS__HOST: "redis",
                AUTHENTIK_REDIS__DB: "1",
                AUTHENTIK_REDIS__PASSWORD: "file:///run/secrets/redis_password",
                ...change,
            },
            mounts: [`${this.folder}:/run/secrets`, ...(custom === undefined ? [] : [`${custom}:/blueprints/custom`])],
            // Files can be uploaded, as where the contract was recorded.
            tmpfs: ["/media"],
            aliases: [name],
            ports: [9000, 9300],
        });
    }

    /** Starts an outpost of a kind with the token in a file. */
    outpost(
        name: string,
        kind: "proxy" | "ldap" | "radius" | "rac",
        token: string,
        change: Record<string, string> = {},
        extra: string[] = [],
    ): Promise<Container> {
        return start(name, {
            image: this.images[kind],
            environment: {
                AUTHENTIK_HOST: "http://server:9000",
                AUTHENTIK_HOST_BROWSER: "http://auth.test:19000",
                AUTHENTIK_TOKEN: `file:///run/secrets/${token}`,
                ...change,
            },
            mounts: [`${this.folder}:/run/secrets`],
            aliases: [name],
            ports: [9000, 9300],
            // Docker asks every 5 s otherwise.
            extra: ["--health-interval", "1s", ...extra],
        });
    }

    /** Runs `ak apply_blueprint` to its end. */
    async apply(paths: string[], name = "job"): Promise<{ code: number; log: string }> {
        const job = await this.authentik(name, ["apply_blueprint", ...paths], {}, this.blueprints);
        const code = await job.exit(60);
        const log = await job.logs();
        await job.remove();
        return { code, log };
    }

    /** Waits until a container's port answers a path with a status. */
    async answers(
        container: Container,
        path: string,
        status: number,
        seconds = 60,
        headers: Record<string, string> = {},
    ): Promise<void> {
        const port = await container.port(9000);
        await eventually(
            `${container.name} ${path} = ${status}`,
            seconds,
            async () => (await statusOf(port, path, headers)) === status,
        );
    }

    /** Writes a file that is mounted under /run/secrets, readable by one user only. */
    file(name: string, content: string, owner: number): void {
        const path = join(this.folder, name);
        rmSync(path, { force: true });
        writeFileSync(path, content);
        // Where these tests do not run as root, files cannot be given away.
        if (process.getuid?.() === 0) chownSync(path, owner, owner);
        chmodSync(path, process.getuid?.() === 0 ? 0o400 : 0o444);
    }

    /** Removes every container, and the files. */
    async close(): Promise<void> {
        await removeAll();
        rmSync(this.folder, { recursive: true, force: true });
    }
}
