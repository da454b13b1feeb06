import "./quick";
import { readFileSync } from "node:fs";
import { mermaid, svg } from "./graph/draw";
import { declaredTopology, runningTopology } from "./graph/sources";
import { changesBetween, type Topology } from "./graph/topology";
import { command } from "./main";
import { reasonOf, ToolError } from "./progress";
import { readConfiguration } from "./preview/workspace";
import { openExisting } from "./stack/existing";
import { defaultStack } from "./stack/files";
import { projectRoot } from "./workplace";

/**
 * `npm run --silent graph -- [<stack>] [--svg | --json] [--running] [--before <file>]`: draws a stack: networks as zones, containers with
 * their volumes and ports, who talks to whom, and what a browser reaches.
 */
command("graph", async ({ values, named }) => {
    const name = values.stack ?? named[0] ?? defaultStack;
    const topology = values.running === true ? await running(name) : await declared(name);
    const shown = values.before === undefined ? topology : changesBetween(readEarlier(values.before), topology);
    if (values.json === true) console.log(JSON.stringify(shown, undefined, 2));
    else console.log(values.svg === true ? await svg(shown) : mermaid(shown));
});

async function declared(name: string): Promise<Topology> {
    return await declaredTopology(readConfiguration(projectRoot, name)).catch((error: unknown) => {
        throw new ToolError(reasonOf(error));
    });
}

async function running(name: string): Promise<Topology> {
    const [open] = await openExisting({ name, progress: console.error, asksDocker: true });
    if (open === undefined) throw new ToolError(`No stack ${name} was started.`);
    return await runningTopology(open);
}

function readEarlier(file: string): Topology {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as Topology;
    } catch (error) {
        throw new ToolError(`${file} is not what \`npm run --silent graph -- --json\` printed: ${reasonOf(error)}`);
    }
}
