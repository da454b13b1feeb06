import { LocalWorkspace, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pulumiVariables } from "../../../cli/workplace";
import { withoutResult } from "../../../cli/stack/up";
import { removeAll } from "./host";
import { Updates } from "./updates";
import { type Bench, openBench } from "./workplace";

/** A stack of a small program that runs in the test itself, through the Automation API. */
export class SmallStack extends Updates {
    private constructor(
        stack: Stack,
        public readonly bench: Bench,
        private readonly prefix: string,
        private readonly folder: string,
    ) {
        super(stack, { color: "never" });
    }

    /**
     * A new, empty stack; what a killed run left under its prefix is removed.
     *
     * @param program asked at each operation.
     * @param packages folders of packages that the program uses, by name. Default: none.
     */
    public static async open(
        prefix: string,
        program: (bench: Bench) => PulumiFn,
        packages: Record<string, string> = {},
    ): Promise<SmallStack> {
        const bench = await openBench();
        await removeAll(prefix);
        const name = prefix.replace(/-$/, "");
        const folder = join(bench.folder, name);
        mkdirSync(folder, { recursive: true });
        const env = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "of an integration test" };
        const backend = { folder, asksPassphrase: true, description: folder, env };
        const { docker, pulumi } = bench;
        // Missing from the declarations of the Automation API: a project's own places of packages.
        const plugins = { providers: Object.entries(packages).map(([name, path]) => ({ name, path })) };
        const projectSettings = { name: "small", runtime: "nodejs" as const, plugins };
        const workspace = await LocalWorkspace.create({
            // The API takes an error with a code of gRPC's for the end of the program, and deletes what was not declared yet.
            program: () =>
                program(bench)().catch((error: Error & { code?: number }) => {
                    throw error.code === undefined ? error : new Error(error.message, { cause: error });
                }),
            pulumiCommand: pulumi.command,
            pulumiHome: pulumi.pulumiHome,
            envVars: pulumiVariables({ docker, pulumi, backend }),
            projectSettings,
        });
        return new SmallStack(await Stack.create(name, workspace), bench, prefix, folder);
    }

    /** What the state holds, by the resource's name. */
    public async recorded(): Promise<string[]> {
        const { deployment } = (await this.target.exportStack()) as { deployment: { resources: { urn: string }[] } };
        return deployment.resources.map(({ urn }) => urn.split("::").at(-1) ?? "");
    }

    /** Renames the stack. */
    public async rename(name: string): Promise<void> {
        await this.target.rename({ stackName: name });
    }

    /** Destroys it, as Pulumi does without running the program. */
    public async destroy(): Promise<void> {
        await withoutResult(this.target).destroy();
    }

    /** Removes everything that it made. */
    public async close(): Promise<void> {
        await removeAll(this.prefix);
        rmSync(this.folder, { recursive: true, force: true });
    }
}
