import "./quick";
import { setTimeout } from "node:timers/promises";
import { command } from "./main";
import { openExisting } from "./stack/existing";
import { look } from "./status/look";
import { statusText } from "./status/text";

/** Seconds between two looks of `--watch`. */
const pause = 10;

/**
 * `npm run --silent status [-- --stack <name>] [--json | --watch]`: how a stack is, in one screen.
 *
 * Exit codes, for cron: 0 everything is fine, 2 something needs attention, 1 it failed. Default stack: the one that was started.
 */
command("status", async ({ values: { stack: name, json, watch } }) => {
    const [open] = await openExisting({ name, progress: console.error });
    if (open === undefined) return;
    for (;;) {
        const status = await look(open);
        const isTerminal = process.stdout.isTTY;
        if (watch === true && isTerminal) process.stdout.write("\x1b[2J\x1b[H");
        console.log(json === true ? JSON.stringify(status, undefined, 2) : statusText(status, isTerminal));
        if (watch !== true) return status.attention === 0 ? 0 : 2;
        await setTimeout(pause * 1000);
    }
});
