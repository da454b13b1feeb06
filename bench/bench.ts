import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { devConfiguration, devPorts } from "../test/integration/support/dev";
import { StackUnderTest } from "../test/integration/support/stack-under-test";
import { openBench } from "../test/integration/support/workplace";
import type { Configuration } from "../test/support/configuration";
import { pulumiVariables, openStack, type OpenStack, projectRoot } from "../cli/workplace";
import { machine, median } from "./figures";
import { flatten } from "./flat";

/**
 * `npm run bench [-- <rounds>]`: what a preview and an unchanged `up` cost, beside two floors: the smallest program with
 * the same providers, and a flat one with the same resources. The three are run in turn, so that a busy machine slows all.
 *
 * Default: 9 rounds. The figures go to docs/benchmarks.md.
 */
const rounds = Number(process.argv[2] ?? 9);
const prefix = "bench-stack-";
/** Of applications; the development configuration has two, with an outpost each. */
const counts = [2, 50];
const operations = { preview: ["preview"], "unchanged up": ["up", "--yes", "--skip-preview"] };
const programs = ["smallest", "flat", "stack"] as const;

/** In seconds. */
interface Cost {
    /** Processor time of all processes, the engine's and the plugins' included. */
    processor: number;
    wall: number;
}

/** What each program cost, round by round. */
type Measured = Record<(typeof programs)[number], Cost[]>;

async function main(): Promise<void> {
    const bench = await openBench();
    const configuration = devConfiguration(prefix, await devPorts(), bench.images);
    const stack = await StackUnderTest.open(prefix, configuration);
    const smallest = await openFloor(stack.opened, bench.folder, "smallest");
    const flat = await openFloor(stack.opened, bench.folder, "flat");
    cpSync(join(__dirname, "smallest.ts"), join(smallest.stack.workspace.workDir, "index.ts"));
    await smallest.stack.up(smallest.options);
    try {
        const rows: [string, Measured][] = [];
        for (const count of counts) {
            stack.configure(withApplications(configuration, count));
            console.log(`${count} applications: up, then ${rounds} rounds`);
            await stack.up();
            await flatten(stack.opened, flat);
            for (const [title, args] of Object.entries(operations)) {
                const measured = measure({ smallest, flat, stack: stack.opened }, args);
                rows.push([`${title}, ${count} applications`, measured]);
            }
        }
        const page = pageOf(rows, bench.pulumi.version);
        console.log(`\n${page}`);
        const file = join(projectRoot, "docs/benchmarks.md");
        // What the other files here measured stays.
        const [, others = ""] = /(\n## (?:Requests during|A backup) .*)/s.exec(readFileSync(file, "utf8")) ?? [];
        writeFileSync(file, page + others);
    } finally {
        await smallest.stack.destroy(smallest.options);
        await stack.close();
    }
}

/** The development configuration's applications with their outposts, and clients of OpenID Connect up to the count. */
function withApplications(configuration: Configuration, count: number): Configuration {
    const { applications } = configuration as { applications: unknown[] };
    const clients = Array.from({ length: count - applications.length }, (_, index) => ({
        slug: `client-${index}`,
        name: `Client ${index}`,
        provider: { type: "oidc", redirectUris: [`https://client-${index}.example.com/callback`] },
    }));
    return { ...configuration, applications: [...applications, ...clients] };
}

/** A project that is compiled as the stack's is, with its state where the stack's is. */
async function openFloor({ workplace }: OpenStack, folder: string, name: string): Promise<OpenStack> {
    const copy = join(folder, name);
    mkdirSync(copy);
    for (const file of ["package.json", "tsconfig.json"]) cpSync(join(projectRoot, file), join(copy, file));
    symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));
    writeFileSync(join(copy, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\nmain: index.ts\n`);
    writeFileSync(join(copy, `Pulumi.${name}.yaml`), "config: {}\n");
    return await openStack(workplace, name, copy);
}

function measure(opened: Record<keyof Measured, OpenStack>, args: string[]): Measured {
    const measured: Measured = { smallest: [], flat: [], stack: [] };
    // The first round warms caches and does not count.
    for (let round = 0; round <= rounds; round++) {
        for (const program of programs) {
            const cost = costOf(opened[program], args);
            if (round > 0) measured[program].push(cost);
        }
    }
    return measured;
}

function costOf({ stack, workplace }: OpenStack, args: string[]): Cost {
    const command = [...args, "--stack", stack.name, "--non-interactive", "--expect-no-changes"];
    const since = performance.now();
    // The shell knows what everything that it started took, and prints it in minutes and seconds.
    const { status, stdout, stderr } = spawnSync(
        "sh",
        ["-c", '"$@" >&2; code=$?; times; exit $code', "sh", workplace.pulumi.command.command, ...command],
        {
            cwd: stack.workspace.workDir,
            env: { ...process.env, ...pulumiVariables(workplace) },
            encoding: "utf8",
        },
    );
    const wall = (performance.now() - since) / 1000;
    if (status !== 0) throw new Error(`pulumi ${command.join(" ")} failed:\n${stderr}`);
    const times = [...(stdout.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
    const processor = times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
    return { processor, wall };
}

function pageOf(rows: [string, Measured][], pulumi: string): string {
    const table = (of: keyof Cost) => [
        "| | smallest | flat | stack | stack to flat |",
        "| --- | --- | --- | --- | --- |",
        ...rows.map(([title, measured]) => {
            const medians = programs.map((program) => median(measured[program].map((cost) => cost[of])).toFixed(2));
            return `| ${[title, ...medians, spread(measured, of)].join(" | ")} |`;
        }),
    ];
    const [few, many] = [rows[0]?.[1].stack ?? [], rows[Object.keys(operations).length]?.[1].stack ?? []];
    const further = median(many.map(({ processor }) => processor)) - median(few.map(({ processor }) => processor));
    const each = (further / ((counts[1] ?? 0) - (counts[0] ?? 0))) * 1000;
    return [
        "# Benchmarks",
        "",
        "Made by `npm run bench`. Three programs are run in turn, whose stacks all are up and unchanged:",
        "",
        "- smallest: one volume and one generated password",
        "- flat: exactly the stack's resources with the values that its state has, one statement each, and nothing else",
        "- stack: this program with the configuration of `dev` and stand-in images; further applications are OIDC clients",
        "",
        `Seconds are medians of ${rounds} rounds; a ratio is the median of those of each round, with the least and the most.`,
        `The machine: ${machine()}; Node.js ${nodeVersion()}, Pulumi ${pulumi}.`,
        "",
        "## Processor time of all processes, in seconds",
        "",
        ...table("processor"),
        "",
        `In a preview, each further application takes ${each.toFixed(0)} ms of it.`,
        "",
        "## Time on the clock, in seconds",
        "",
        ...table("wall"),
        "",
    ].join("\n");
}

/** How many times the flat program's cost the stack's is: `1.08 (1.05 to 1.11)`. */
function spread({ stack, flat }: Measured, of: keyof Cost): string {
    const ratios = stack.map((cost, round) => cost[of] / (flat[round]?.[of] ?? Number.NaN));
    return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
}

/** Of the project's own Node.js, which runs the programs. */
function nodeVersion(): string {
    return spawnSync(join(projectRoot, "node_modules/.bin/node"), ["--version"], { encoding: "utf8" }).stdout.trim();
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
