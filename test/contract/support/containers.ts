import { type Finished, run, type RunOptions, tryRun } from "../../../cli/run";

/** Every container, network and volume of these tests has a name that starts like this. */
export const prefix = "aks-contract-";
const network = `${prefix}net`;

/** How many times as long as a stand-in everything may take, where real images run. */
const patience = Number(process.env["PATIENCE"] ?? 1);

/** For each of Docker's commands. */
function limit(): RunOptions {
    return { signal: AbortSignal.timeout(120_000) };
}

/** How a container is started; hardened as the program does it unless `capabilities` are given. */
export interface ContainerOptions {
    image: string;
    command?: string[];
    environment?: Record<string, string>;
    /** Bind mounts, `source:target`; always read-only. */
    mounts?: string[];
    /** Named volumes, `name:target`. */
    volumes?: string[];
    capabilities?: string[];
    tmpfs?: string[];
    aliases?: string[];
    /** Ports to reach from here. */
    ports?: number[];
    extra?: string[];
}

/** A container that a test started. */
export class Container {
    constructor(readonly name: string) {}

    /** Everything it has written, stderr too. */
    async logs(): Promise<string> {
        const { stdout, stderr } = await tryRun("docker", ["logs", this.name], limit());
        return stdout + stderr;
    }

    /** Waits until it has written a text. */
    async says(text: string, seconds: number): Promise<void> {
        await eventually(`"${text}" in the log of ${this.name}`, seconds, async () =>
            (await this.logs()).includes(text),
        );
    }

    /** The exit code, once it has ended. */
    async exit(seconds: number): Promise<number> {
        await eventually(
            `end of ${this.name}`,
            seconds,
            async () => (await this.inspect("{{.State.Running}}")) === "false",
        );
        return Number(await this.inspect("{{.State.ExitCode}}"));
    }

    /** True while it runs. */
    async isRunning(): Promise<boolean> {
        return (await this.inspect("{{.State.Running}}")) === "true";
    }

    /** Waits until Docker says that it is healthy. */
    async healthy(seconds: number): Promise<void> {
        await eventually(
            `health of ${this.name}`,
            seconds,
            async () => (await this.inspect("{{.State.Health.Status}}")) === "healthy",
        );
    }

    /** Runs a command in it. */
    exec(...command: string[]): Promise<Finished> {
        return tryRun("docker", ["exec", this.name, ...command], limit());
    }

    /** Where one of its published ports is reached from here. */
    async port(inside: number): Promise<number> {
        const listed = await run("docker", ["port", this.name, `${inside}/tcp`], limit());
        return Number(/:(\d+)\s*$/m.exec(listed)?.[1]);
    }

    /** Any `docker <verb> <container>`: stop, kill, start, pause... */
    async do(verb: string, ...options: string[]): Promise<void> {
        await run("docker", [verb, ...options, this.name], limit());
    }

    /** Removes it and its anonymous volumes. */
    async remove(): Promise<void> {
        await tryRun("docker", ["rm", "-fv", this.name], limit());
    }

    private async inspect(format: string): Promise<string> {
        return (await run("docker", ["inspect", "--format", format, this.name], limit())).trim();
    }
}

/** Starts a container under the tests' prefix. */
export async function start(name: string, options: ContainerOptions): Promise<Container> {
    const { image, command = [], environment = {}, mounts = [], volumes = [], capabilities = [], tmpfs = [] } = options;
    const { aliases = [], ports = [], extra = [] } = options;
    const container = new Container(`${prefix}${name}`);
    const each = (flag: string, values: string[]) => values.flatMap((value) => [flag, value]);
    await container.remove();
    await run(
        "docker",
        [
            ...["run", "--detach", "--name", container.name, "--network", network, "--read-only", "--cap-drop", "ALL"],
            ...["--security-opt", "no-new-privileges", "--pids-limit", "256"],
            ...each(
                "--env",
                Object.entries(environment).map(([key, value]) => `${key}=${value}`),
            ),
            ...each("--volume", [...mounts.map((mount) => `${mount}:ro`), ...volumes]),
            ...each("--cap-add", capabilities),
            ...each("--tmpfs", tmpfs),
            ...each("--network-alias", aliases),
            ...each(
                "--publish",
                ports.map((port) => `127.0.0.1::${port}`),
            ),
            ...extra,
            image,
            ...command,
        ],
        limit(),
    );
    return container;
}

/** Removes whatever an earlier run left behind, and makes the network anew. */
export async function cleanSlate(): Promise<void> {
    await removeAll();
    await run("docker", ["network", "create", network], limit());
}

/** Removes everything that these tests have made. */
export async function removeAll(): Promise<void> {
    const named = ["--filter", `name=${prefix}`, "--format"];
    const listed = async (kind: string[], format: string) =>
        (await run("docker", [...kind, ...named, format], limit()))
            .split("\n")
            .filter((line) => line.startsWith(prefix));
    const containers = await listed(["ps", "--all"], "{{.Names}}");
    if (containers.length > 0) await tryRun("docker", ["rm", "-fv", ...containers], limit());
    const volumes = await listed(["volume", "ls"], "{{.Name}}");
    if (volumes.length > 0) await tryRun("docker", ["volume", "rm", "-f", ...volumes], limit());
    const networks = await listed(["network", "ls"], "{{.Name}}");
    if (networks.length > 0) await tryRun("docker", ["network", "rm", ...networks], limit());
}

/** Asks again and again until the answer is yes; fails with what was waited for. */
export async function eventually(what: string, seconds: number, answer: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + seconds * patience * 1000;
    while (!(await answer())) {
        if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
        await new Promise((resolve) => setTimeout(resolve, 250));
    }
}
