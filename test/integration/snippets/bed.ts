import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StandInImages } from "../../../cli/offline";
import { eventually } from "../../contract/support/containers";
import { statusOf } from "../../contract/support/http";
import { standIns } from "../../support/stand-ins";
import { docker, tryDocker } from "../support/host";
import { nginxConfiguration } from "./nginx";

const prefix = "snip-";
const network = `${prefix}net`;
const secretNames = ["secret_key", "postgres_password", "redis_password", "alice_password", "outpost_token"] as const;

/** An nginx with the snippets, in front of an outpost with one application of each mode. */
export class Bed {
    readonly secrets = Object.fromEntries(secretNames.map((name) => [name, randomBytes(20).toString("hex")])) as Record<
        (typeof secretNames)[number],
        string
    >;
    /** Where the server and nginx are reached from here. */
    readonly ports = { server: 0, nginx: 0 };
    private readonly folder = mkdtempSync(join(tmpdir(), prefix));
    private images!: StandInImages;

    /** Clears what an earlier run left and brings everything up. */
    async open(): Promise<void> {
        this.images = await (await standIns()).buildStandInImages(() => undefined);
        await removeAll();
        await docker("network", "create", network);
        chmodSync(this.folder, 0o755);
        for (const [name, value] of Object.entries(this.secrets)) this.file(name, value, 1000);
        this.file("postgres_root_password", this.secrets.postgres_password, 0);
        this.file("redis.conf", `requirepass ${this.secrets.redis_password}\n`, 999);
        await this.startAuthentik();
        await this.startProtection();
    }

    /** `nginx -t` of the configuration that runs; what it said when it did not like it. */
    async nginxComplaints(): Promise<string> {
        const { code, output } = await tryDocker("exec", `${prefix}nginx`, "nginx", "-t");
        return code === 0 ? "" : output;
    }

    /** Removes everything. */
    async close(): Promise<void> {
        await removeAll();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private async startAuthentik(): Promise<void> {
        await this.start("postgres", this.images.postgres, [
            ...["--env", "POSTGRES_USER=authentik", "--env", "POSTGRES_DB=authentik"],
            ...["--env", "POSTGRES_PASSWORD_FILE=/run/secrets/postgres_root_password"],
        ]);
        const redis = ["redis-server", "/run/secrets/redis.conf"];
        await this.start("redis", this.images.redis, [], redis);
        await this.authentik("server", ["server"], ["--publish", "127.0.0.1::9000"]);
        this.ports.server = await portOf("server", 9000);
        await eventually("the server", 90, async () => (await statusOf(this.ports.server, "/-/health/ready/")) === 200);
        const blueprint = ["--volume", `${join(__dirname, "blueprint.yaml")}:/blueprints/snip/snippets.yaml:ro`];
        await this.authentik("job", ["apply_blueprint", "snip/snippets.yaml"], blueprint);
        const code = await docker("wait", `${prefix}job`);
        if (code !== "0") throw new Error((await tryDocker("logs", `${prefix}job`)).output);
        await this.authentik("worker", ["worker"], []);
    }

    private async startProtection(): Promise<void> {
        await this.start("app", this.images.app, []);
        await this.start("outpost", this.images.proxy, [
            ...["--env", `AUTHENTIK_HOST=http://${prefix}server:9000`],
            ...["--env", "AUTHENTIK_HOST_BROWSER=http://auth.snip.test:19000"],
            ...["--env", "AUTHENTIK_TOKEN=file:///run/secrets/outpost_token"],
        ]);
        this.file("nginx.conf", nginxConfiguration(`http://${prefix}outpost:9000`, `http://${prefix}app:8000`), 0);
        const configuration = ["--volume", `${join(this.folder, "nginx.conf")}:/etc/nginx/nginx.conf:ro`];
        await this.start("nginx", this.images.nginx, ["--publish", "127.0.0.1::80", ...configuration]);
        this.ports.nginx = await portOf("nginx", 80);
        const headers = { host: "single.snip.test:18080" };
        const path = "/outpost.goauthentik.io/start";
        await eventually("the outpost", 90, async () => (await statusOf(this.ports.nginx, path, headers)) === 302);
    }

    private authentik(name: string, command: string[], options: string[]): Promise<void> {
        const settings = {
            AUTHENTIK_SECRET_KEY: "file:///run/secrets/secret_key",
            AUTHENTIK_POSTGRESQL__HOST: `${prefix}postgres`,
            AUTHENTIK_POSTGRESQL__PASSWORD: "file:///run/secrets/postgres_password",
            AUTHENTIK_REDIS__HOST: `${prefix}redis`,
            AUTHENTIK_REDIS__PASSWORD: "file:///run/secrets/redis_password",
        };
        const environment = Object.entries(settings).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
        return this.start(name, this.images.server, [...environment, ...options], command);
    }

    private async start(name: string, image: string, options: string[], command: string[] = []): Promise<void> {
        const secrets = ["--volume", `${this.folder}:/run/secrets:ro`];
        const fixed = ["run", "--detach", "--name", `${prefix}${name}`, "--network", network];
        await docker(...fixed, ...secrets, ...options, image, ...command);
    }

    private file(name: string, content: string, owner: number): void {
        const path = join(this.folder, name);
        writeFileSync(path, content);
        // Where this does not run as root, files cannot be given away.
        if (process.getuid?.() === 0) chownSync(path, owner, owner);
        chmodSync(path, process.getuid?.() === 0 ? 0o400 : 0o444);
    }
}

async function portOf(name: string, inside: number): Promise<number> {
    const listed = await docker("port", `${prefix}${name}`, `${inside}/tcp`);
    return Number(/:(\d+)\s*$/m.exec(listed)?.[1]);
}

async function removeAll(): Promise<void> {
    const names = ["postgres", "redis", "server", "job", "worker", "app", "outpost", "nginx"];
    await tryDocker("rm", "-fv", ...names.map((name) => `${prefix}${name}`));
    await tryDocker("network", "rm", network);
}
