import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser } from "./browser";

/**
 * `npx tsx bench/unnoticed.ts <url> <url>... -- <command>`: asks for the URLs in turn, `RATE` times a second (default: 20), each
 * time over a connection of its own, while a command runs and for `MORE` seconds longer (default: 30), and says who was not
 * answered as before.
 *
 * Names lead to 127.0.0.1. The first URL is of authentik; where `PASSWORD` is akadmin's, everybody is signed in there first, and
 * `/api/v3/core/users/me/` is asked for as well. `NODE_EXTRA_CA_CERTS` names the root of the gateway's own CA.
 */
const [urls, command] = split(process.argv.slice(2));

function split(args: string[]): [string[], string[]] {
    const at = args.indexOf("--");
    if (at < 1) throw new Error("usage: npx tsx bench/unnoticed.ts <url>... -- <command>");
    return [args.slice(0, at), args.slice(at + 1)];
}

function run([program = "", ...args]: string[]): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? -1));
    });
}

async function main(): Promise<void> {
    const browser = new Browser();
    const { PASSWORD: password, RATE: rate = "20", MORE: longer = "30" } = process.env;
    for (const url of password === undefined ? [] : urls) await browser.enter(url, password ?? "");
    const asked = password === undefined ? urls : [...urls, new URL("/api/v3/core/users/me/", urls[0]).href];
    const usual = await Promise.all(asked.map(async (url) => (await browser.ask(url)).status));
    console.log(asked.map((url, at) => `${usual[at]} ${url}`).join("\n"));

    const started = Date.now();
    let over = false;
    const failures: { at: number; what: string }[] = [];
    const answers: Promise<void>[] = [];
    const asking = (async () => {
        for (let count = 0; !over; count++) {
            const [url = "", status] = [asked[count % asked.length], usual[count % asked.length]];
            const at = Date.now() - started;
            const note = (what: string) => void failures.push({ at, what: `${url}: ${what}` });
            answers.push(
                browser.ask(url).then(
                    (answer) => (answer.status === status ? undefined : note(`${answer.status} ${answer.to ?? ""}`)),
                    (error: Error) => note(error.message),
                ),
            );
            await sleep(Math.max(0, started + ((count + 1) * 1000) / Number(rate) - Date.now()));
        }
    })();
    const code = await run(command);
    const took = (Date.now() - started) / 1000;
    await sleep(Number(longer) * 1000);
    over = true;
    await asking;
    await Promise.all(answers);

    failures.sort((one, other) => one.at - other.at);
    for (const { at, what } of failures.slice(0, 10)) console.log(`${(at / 1000).toFixed(1)} s ${what}`);
    const seconds = new Set(failures.map(({ at }) => Math.floor(at / 1000)));
    console.log(
        `the command ended with code ${code} after ${took.toFixed(0)} s; ` +
            `${failures.length} of ${answers.length} requests failed, in ${seconds.size} different seconds`,
    );
}

void main();
