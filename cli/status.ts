import "./quick";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { svg } from "./graph/draw";
import { runningTopology } from "./graph/sources";
import { command } from "./main";
import { reasonOf, ToolError } from "./progress";
import { openExisting } from "./stack/existing";
import { stackOf } from "./stack/files";
import { look } from "./status/look";
import { servePage, statusPage } from "./status/page";
import { statusText } from "./status/text";
import { type OpenStack, projectRoot } from "./workplace";

/** Seconds between two looks of `--watch`. */
const pause = 10;
/** Where `--page` listens, unless `--port` says otherwise. */
const usualPort = "9799";

/**
 * `npm run --silent status -- [<stack>] [--json | --watch | --page [--port <number>] | --page --once <file>]`: how a stack is, in one
 * screen or as a page.
 *
 * Exit codes, for cron: 0 everything is fine, 2 something needs attention, 1 it failed. Default stack: the one that was started.
 */
command("status", async ({ values, named }) => {
    const { json, watch, page, once: file, port = usualPort } = values;
    const name = stackOf(projectRoot, values.stack ?? named[0]);
    const [open] = await openExisting({ name, progress: console.error, asksDocker: true });
    if (open === undefined) return;
    if (page === true || file !== undefined) return await showPage(open, file, port);
    for (;;) {
        const status = await look(open).catch((error: unknown) => {
            if (watch !== true) throw error;
            // The next look may see what this one did not, say while the engine restarts.
            console.error(reasonOf(error));
            return undefined;
        });
        if (status !== undefined) {
            const isTerminal = process.stdout.isTTY;
            if (watch === true && isTerminal) process.stdout.write("\x1b[2J\x1b[H");
            console.log(json === true ? JSON.stringify(status, undefined, 2) : statusText(status, isTerminal));
            if (watch !== true) return codeOf(status);
        }
        await setTimeout(pause * 1000);
    }
});

/** Writes the page into a file, or serves it until it is interrupted. */
async function showPage(open: OpenStack, file: string | undefined, port: string): Promise<number> {
    const make = async () => {
        const [status, topology] = await Promise.all([look(open), runningTopology(open)]);
        return { status, text: statusPage(status, topology, await svg(topology)) };
    };
    if (file !== undefined) {
        const { status, text } = await make();
        writeFileSync(file, text);
        return codeOf(status);
    }
    if (!/^\d{1,5}$/.test(port))
        throw new ToolError(`${port} is not a port; --port takes a number, such as ${usualPort}.`);
    const server = await servePage(Number(port), async () => (await make()).text).catch((error: unknown) => {
        throw new ToolError(`Port ${port} cannot be used: ${reasonOf(error)}. Name another with --port.`);
    });
    console.log(`http://127.0.0.1:${port} shows how ${open.stack.name} is, until this is interrupted.`);
    await once(server, "close");
    return 0;
}

function codeOf({ attention }: { attention: number }): number {
    return attention === 0 ? 0 : 2;
}
