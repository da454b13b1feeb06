import { stackLabel } from "../../../engine/labels";
import { run, type RunOptions, tryRun } from "../../../cli/run";

/** A container as it is listed. */
export interface Listed {
    id: string;
    name: string;
}

/** Runs a command of Docker's own command line, and returns what it printed. */
export async function docker(...args: string[]): Promise<string> {
    return (await run("docker", args, limit())).trim();
}

/** The same for a command that may fail; what it printed on both streams comes with its exit code. */
export async function tryDocker(...args: string[]): Promise<{ code: number | string; output: string }> {
    const { code, stdout, stderr } = await tryRun("docker", args, limit());
    return { code, output: stdout + stderr };
}

function limit(): RunOptions {
    return { signal: AbortSignal.timeout(120_000) };
}

/** Containers whose name starts with a prefix, running or not. */
export async function containers(prefix: string): Promise<Listed[]> {
    return await list(prefix, "--all");
}

/** Those of them that run. */
export async function running(prefix: string): Promise<Listed[]> {
    return await list(prefix);
}

async function list(prefix: string, ...options: string[]): Promise<Listed[]> {
    const listed = await docker("ps", ...options, "--no-trunc", "--format", "{{.ID}} {{.Names}}");
    return lines(listed)
        .map((line) => line.split(" "))
        .map(([id = "", name = ""]) => ({ id, name }))
        .filter(({ name }) => name.startsWith(prefix));
}

/** The one container whose name starts so. */
export async function container(start: string): Promise<Listed> {
    const found = await containers(start);
    const [first] = found;
    if (first === undefined || found.length > 1)
        throw new Error(`${found.length} containers are called ${start}...: ${found.map(({ name }) => name).join()}`);
    return first;
}

/** Names of the volumes whose name starts with a prefix. */
export async function volumes(prefix: string): Promise<string[]> {
    return await named("volume", prefix);
}

/** Names of the networks whose name starts with a prefix. */
export async function networks(prefix: string): Promise<string[]> {
    return await named("network", prefix);
}

/** Removes every container, network and volume whose name starts with a prefix, and jobs of stacks with that prefix. */
export async function removeAll(prefix: string): Promise<void> {
    const labelled = ["--filter", `label=${stackLabel}`, "--format", `{{.ID}} {{.Label "${stackLabel}"}}`];
    const jobs = lines(await docker("ps", "--all", "--no-trunc", ...labelled))
        .filter((line) => line.endsWith(`/${prefix}`))
        .map((line) => line.slice(0, 64));
    const found = new Set([...jobs, ...(await containers(prefix)).map(({ id }) => id)]);
    // One that ends by itself meanwhile, as jobs do, is gone as well.
    for (const id of found) await tryDocker("rm", "--force", "--volumes", id);
    const gone = { volume: await volumes(prefix), network: await networks(prefix) };
    for (const [kind, names] of Object.entries(gone)) if (names.length > 0) await docker(kind, "rm", ...names);
}

async function named(kind: "volume" | "network", prefix: string): Promise<string[]> {
    return lines(await docker(kind, "ls", "--format", "{{.Name}}")).filter((name) => name.startsWith(prefix));
}

function lines(text: string): string[] {
    return text.split("\n").filter((line) => line !== "");
}
