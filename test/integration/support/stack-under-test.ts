import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { DockerEngine } from "../../../cli/docker-engine";
import { openStack, type OpenStack, projectRoot, pulumiVariables } from "../../../cli/workplace";
import { runPulumi } from "../../../cli/engine/pulumi-command";
import { run } from "../../../cli/run";
import { isKept, makeWay } from "../../../cli/stack/down";
import { withoutResult } from "../../../cli/stack/up";
import { stackIdentity } from "../../../engine/labels";
import { readState } from "../../../cli/stack/state";
import { type Configuration, project } from "../../support/configuration";
import { removeAll } from "./host";
import type { Operation } from "./operation";
import { Updates } from "./updates";
import { type Bench, openBench } from "./workplace";

/** A stack of the program, with a state and a configuration file of its own outside the repository. */
export class StackUnderTest extends Updates {
    private constructor(
        public readonly bench: Bench,
        /** Put before the name of every Docker object. */
        public readonly prefix: string,
        /** The stack as the project's tools work with it. */
        public readonly opened: OpenStack,
        private readonly file: string,
    ) {
        super(opened.stack, opened.options);
    }

    /**
     * A new, empty stack; what a killed run left under its prefix is removed.
     *
     * @param engine the Docker engine it uses. Default: the one there is.
     * @param beside a stack in whose state it is kept, as those of one project are. Default: it has a state of its own.
     */
    public static async open(
        prefix: string,
        configuration: Configuration,
        engine?: Partial<DockerEngine>,
        beside?: StackUnderTest,
    ): Promise<StackUnderTest> {
        const bench = await openBench();
        await removeAll(prefix);
        const name = prefix.replace(/-$/, "");
        const folder = join(bench.folder, name);
        const state = beside?.opened.workplace.backend.folder ?? join(folder, "state");
        for (const one of [folder, state]) mkdirSync(one, { recursive: true });
        // Pulumi writes the salt of its passphrase into the configuration beside Pulumi.yaml, so both are copies.
        const about = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as object;
        writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...about, main: join(projectRoot, "index.ts") }));
        const file = join(folder, `Pulumi.${name}.yaml`);
        write(file, configuration);
        const env = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "of an integration test" };
        const backend = { folder: state, asksPassphrase: true, description: state, env };
        const { pulumi } = bench;
        const docker = { ...bench.docker, ...engine };
        const { stack, workplace } = await openStack({ docker, pulumi, backend }, name, folder);
        const identity = stackIdentity(project, prefix);
        return new StackUnderTest(bench, prefix, { stack, identity, workplace, options: { color: "never" } }, file);
    }

    /** The same stack, with its state and configuration, on another Docker engine. */
    public async on(engine: DockerEngine): Promise<StackUnderTest> {
        const { stack, identity, workplace, options } = this.opened;
        const opened = await openStack({ ...workplace, docker: engine }, stack.name, stack.workspace.workDir);
        return new StackUnderTest(this.bench, this.prefix, { ...opened, identity, options }, this.file);
    }

    /** Changes the configuration; secrets that were set stay, and the settings of providers. */
    public configure(configuration: Configuration): void {
        write(this.file, configuration);
    }

    /** Sets one secret of the configuration's `secrets`. */
    public async setSecret(name: string, value: string): Promise<void> {
        await this.opened.stack.setConfig(`${project}:secrets["${name}"]`, { value, secret: true }, true);
    }

    /** Takes it down as `npm stop` does: data and the passwords that belong to it stay. */
    public async down(): Promise<Operation> {
        await makeWay(this.opened);
        const { resources } = await readState(this.opened);
        const exclude = resources.filter(isKept).map(({ urn }) => urn);
        return await this.record((record) =>
            withoutResult(this.opened.stack).destroy({ ...this.options(record), exclude }),
        );
    }

    /** Runs a command of the Pulumi CLI on it, and returns what it printed. */
    public async command(...args: string[]): Promise<string> {
        const { workplace, stack } = this.opened;
        return await runPulumi(workplace, [...args, "--stack", stack.name], stack.workspace.workDir);
    }

    /** Runs a command of the Pulumi CLI on it that must fail, and returns all that it printed. */
    public async failingCommand(...args: string[]): Promise<string> {
        const { workplace, stack } = this.opened;
        const lines: string[] = [];
        const fixed = ["--stack", stack.name, "--non-interactive", "--color", "never"];
        const options = {
            cwd: stack.workspace.workDir,
            env: pulumiVariables(workplace),
            onLine: (line: string) => lines.push(line),
        };
        const failed = await run(workplace.pulumi.command.command, [...args, ...fixed], options).then(
            () => false,
            () => true,
        );
        if (!failed) throw new Error(`${args.join(" ")} succeeded, and was expected to fail`);
        return lines.join("\n");
    }

    /** Removes everything that it made, data as well; the state goes with the folder of the run. */
    public async close(): Promise<void> {
        await removeAll(this.prefix);
        rmSync(join(this.file, ".."), { recursive: true, force: true });
    }
}

function write(file: string, configuration: Configuration): void {
    let before: { config?: Record<string, unknown>; encryptionsalt?: string } = {};
    try {
        before = (parse(readFileSync(file, "utf8")) ?? {}) as typeof before;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    const isKept = (key: string) => key === `${project}:secrets` || !key.startsWith(`${project}:`);
    const kept = Object.entries(before.config ?? {}).filter(([key]) => isKept(key));
    const changed = Object.entries(configuration).map(([key, value]) => [`${project}:${key}`, value] as const);
    const config = Object.fromEntries([...changed, ...kept]);
    const { encryptionsalt } = before;
    writeFileSync(file, stringify({ ...(encryptionsalt === undefined ? {} : { encryptionsalt }), config }));
}
