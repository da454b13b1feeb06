import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../test/support/configuration";
import { StackUnderTest } from "../test/integration/support/stack-under-test";
import { devConfiguration, devPorts } from "../test/integration/support/dev";
import { openBench } from "../test/integration/support/workplace";
import { environmentOf, openStack, type OpenStack, projectRoot } from "../cli/environment";

/**
 * `npm run bench`: what a preview and an unchanged `up` cost, as ratios to the smallest program with the same
 * providers, and per application. Each pair is measured in turn, so that a busy machine slows both.
 */
const rounds = 5;
const prefix = "bench-stack-";
/** Of applications; the development configuration, with its outposts, has two. */
const counts = [1, 2, 10, 50];

interface Measured {
    floor: number[];
    stack: number[];
}

async function main(): Promise<void> {
    const bench = await openBench();
    const ports = await devPorts();
    const configuration = devConfiguration(prefix, ports, bench.images);
    const stack = await StackUnderTest.open(prefix, configuration);
    const floor = await openFloor(stack.opened, bench.folder);
    await floor.stack.up(floor.options);
    try {
        const rows: [string, Measured][] = [];
        for (const count of counts) {
            stack.configure(withApplications(configuration, count));
            console.log(`${count} applications: up, then ${rounds} times each`);
            await stack.up();
            rows.push([`preview, ${count} applications`, measure(floor, stack.opened, ["preview"])]);
            rows.push([
                `unchanged up, ${count} applications`,
                measure(floor, stack.opened, ["up", "--yes", "--skip-preview"]),
            ]);
        }
        print(rows);
    } finally {
        await floor.stack.destroy(floor.options);
        await stack.close();
    }
}

/** The development configuration's applications with their outposts, and clients of OpenID Connect up to the count. */
function withApplications(configuration: Configuration, count: number): Configuration {
    const { applications, outposts } = configuration as { applications: unknown[]; outposts: unknown[] };
    const clients = Array.from({ length: Math.max(0, count - applications.length) }, (_, index) => ({
        slug: `client-${index}`,
        name: `Client ${index}`,
        provider: { type: "oidc", redirectUris: [`https://client-${index}.example.com/callback`] },
    }));
    const own = { applications: applications.slice(0, count), outposts: outposts.slice(0, count) };
    return { ...configuration, ...own, applications: [...own.applications, ...clients] };
}

async function openFloor({ workplace }: OpenStack, folder: string): Promise<OpenStack> {
    const copy = join(folder, "floor");
    mkdirSync(copy);
    for (const file of ["index.ts", "Pulumi.yaml"]) cpSync(join(__dirname, "floor", file), join(copy, file));
    for (const file of ["package.json", "tsconfig.json"]) cpSync(join(projectRoot, file), join(copy, file));
    symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));
    cpSync(join(projectRoot, "Pulumi.dev.yaml"), join(copy, "Pulumi.floor.yaml"));
    return await openStack(workplace, "floor", copy);
}

function measure(floor: OpenStack, stack: OpenStack, args: string[]): Measured {
    const measured: Measured = { floor: [], stack: [] };
    // The first round warms caches and does not count.
    for (let round = 0; round <= rounds; round++) {
        for (const [kind, open] of Object.entries({ floor, stack }) as [keyof Measured, OpenStack][]) {
            const seconds = time(open, args);
            if (round > 0) measured[kind].push(seconds);
        }
    }
    return measured;
}

function time({ stack, workplace }: OpenStack, args: string[]): number {
    const command = workplace.pulumi.command.command;
    const since = performance.now();
    const { status, stderr } = spawnSync(command, [...args, "--stack", stack.name, "--non-interactive"], {
        cwd: stack.workspace.workDir,
        env: { ...process.env, ...environmentOf(workplace) },
        encoding: "utf8",
    });
    if (status !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stderr}`);
    return (performance.now() - since) / 1000;
}

function print(rows: [string, Measured][]): void {
    console.log(`\nmedian of ${rounds}, in seconds; the floor is one Volume and one RandomPassword\n`);
    for (const [title, { floor, stack }] of rows) {
        const ratios = stack.map((seconds, index) => seconds / (floor[index] ?? Number.NaN));
        console.log(
            `${title.padEnd(32)} floor ${median(floor).toFixed(2)}  stack ${median(stack).toFixed(2)}  ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
        );
    }
    const [first, last] = [counts[0] ?? 0, counts.at(-1) ?? 0];
    for (const offset of [0, 1]) {
        const [title = "", few] = rows[offset] ?? [];
        const many = rows.at(offset - 2)?.[1];
        if (few === undefined || many === undefined) continue;
        const each = ((median(many.stack) - median(few.stack)) / (last - first)) * 1000;
        console.log(`${title.split(",")[0] ?? ""}: ${each.toFixed(0)} ms for each further application`);
    }
}

function median(values: number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

void main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
