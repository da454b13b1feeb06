import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { stringify } from "yaml";
import { run } from "../../../cli/run";
import { buildGoProgram } from "./go-program";
import { hubRegistry, type SwarmBed } from "./swarm-bed";

const module = "github.com/distribution/distribution/v3/cmd/registry@v3.0.0";

/** Who may push and pull. */
export const user = { username: "puller", password: "hunter2:and more" };
/** The line of its password file, which only takes bcrypt. */
const line = `${user.username}:$2b$08$abcdefghijklmnopqrstuu5zscFuqicr0FdSRfEBSZs1yXSz51flW\n`;

/** A registry beside the machines of a Swarm, which hands nothing out without a password. */
export class HubRegistry {
    private constructor(
        private readonly folder: string,
        private readonly manager: string,
        private readonly end: () => Promise<unknown>,
    ) {}

    /** Builds it from its Go module, in one or two minutes where Go has not built it before, and starts it. */
    public static async open(bed: SwarmBed): Promise<HubRegistry> {
        const folder = mkdtempSync(join(tmpdir(), "hub-registry-"));
        await buildGoProgram(module, folder);
        const paths = { data: join(folder, "data"), users: join(folder, "users"), config: join(folder, "config.yml") };
        writeFileSync(paths.users, line);
        const auth = { htpasswd: { realm: "private", path: paths.users } };
        const storage = { filesystem: { rootdirectory: paths.data } };
        writeFileSync(paths.config, stringify({ version: 0.1, storage, auth, http: { addr: hubRegistry } }));
        const process = bed.atHub(join(folder, "registry"), "serve", paths.config);
        let said = "";
        await new Promise<void>((resolve, reject) => {
            process.stderr?.on("data", (text: Buffer) => {
                said += text.toString();
                if (said.includes("listening on")) resolve();
            });
            process.once("exit", () => reject(new Error(said)));
        });
        const registry = new HubRegistry(folder, bed.node("manager").docker.host, () => {
            const ended = once(process, "exit");
            process.kill();
            return ended;
        });
        registry.signIn();
        return registry;
    }

    /** A folder for DOCKER_CONFIG, with which one has signed in. */
    public get signedIn(): string {
        return join(this.folder, "signed-in");
    }

    /**
     * Pushes an image that no machine has under this name.
     *
     * @param from an image of the manager.
     * @param keeps whether the manager keeps it. Default: false.
     */
    public async push(from: string, name: string, keeps = false): Promise<string> {
        const image = `${hubRegistry}/own/${name}`;
        const env = { DOCKER_HOST: this.manager, DOCKER_CONFIG: this.signedIn, DOCKER_BUILDKIT: "0" };
        const recipe = `FROM ${from}\nLABEL it=${image}\n`;
        await run("sh", ["-c", `printf '%s' "$RECIPE" | docker build --quiet --tag ${image} -`], {
            env: { ...env, RECIPE: recipe },
        });
        await run("docker", ["push", image], { env });
        if (!keeps) await run("docker", ["image", "rm", image], { env });
        return image;
    }

    public async close(): Promise<void> {
        await this.end();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private signIn(): void {
        mkdirSync(this.signedIn);
        const auth = Buffer.from(`${user.username}:${user.password}`).toString("base64");
        writeFileSync(join(this.signedIn, "config.json"), JSON.stringify({ auths: { [hubRegistry]: { auth } } }));
    }
}
