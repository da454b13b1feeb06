import { spawn } from "node:child_process";
import https from "node:https";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * `npx tsx bench/unnoticed.ts <url> <url>... -- <command>`: asks for the URLs in turn, `RATE` times a second (default: 20), each
 * time over a connection of its own, while a command runs and for `MORE` seconds longer (default: 30), and says who was not
 * answered as before.
 *
 * Names lead to 127.0.0.1. The first URL is of authentik; where `PASSWORD` is akadmin's, everybody is signed in there first, and
 * `/api/v3/core/users/me/` is asked for as well. `NODE_EXTRA_CA_CERTS` names the root of the gateway's own CA.
 */
const [urls, command] = split(process.argv.slice(2));

/** An answer. */
interface Answer {
    status: number;
    body: string;
    to?: string;
}

/** A browser: it keeps cookies by host, and follows where it is led. */
class Browser {
    private readonly cookies = new Map<string, Map<string, string>>();

    public ask(url: string, { body, ...headers }: Record<string, string> = {}): Promise<Answer> {
        const { protocol, hostname, port, pathname, search, host } = new URL(url);
        const jar = this.cookies.get(hostname) ?? new Map<string, string>();
        this.cookies.set(hostname, jar);
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const { request } = protocol === "https:" ? https : http;
        const options = {
            ...{
                host: "127.0.0.1",
                servername: hostname,
                port,
                path: pathname + search,
                agent: false,
                timeout: 30_000,
            },
            method: body === undefined ? "GET" : "POST",
            headers: { host, accept: "text/html, */*", ...(cookie === "" ? {} : { cookie }), ...headers },
        };
        return new Promise((resolve, reject) => {
            const asked = request(options, (answer) => {
                for (const line of answer.headers["set-cookie"] ?? []) {
                    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
                    jar.set(name, value);
                }
                let text = "";
                answer.setEncoding("utf8").on("data", (part: string) => (text += part));
                const { location: to } = answer.headers;
                answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body: text, to }));
                answer.once("error", reject);
            });
            asked.once("timeout", () => asked.destroy(new Error("no answer within 30 s")));
            asked.once("error", reject);
            asked.end(body);
        });
    }

    /** Asks for a page, signs in where it leads to the login page, and comes back. */
    public async enter(url: string, password: string): Promise<void> {
        let at = url;
        for (let step = 0; step < 20; step++) {
            const flow = /^\/if\/flow\/([^/]+)\//.exec(new URL(at).pathname)?.[1];
            const next = flow === undefined ? (await this.ask(at)).to : await this.signIn(at, flow, password);
            if (next === undefined) return;
            at = new URL(next, at).href;
        }
        throw new Error(`${url} leads from page to page: ${at}`);
    }

    /** Source: the flow executor of authentik's API. */
    private async signIn(page: string, flow: string, password: string): Promise<string> {
        const { origin, search } = new URL(page);
        const url = `${origin}/api/v3/flows/executor/${flow}/?query=${encodeURIComponent(search.slice(1))}`;
        const given: Record<string, object> = {
            "ak-stage-identification": { uid_field: "akadmin" },
            "ak-stage-password": { password },
        };
        let answer = await this.ask(url);
        for (let stage = 0; stage < 10; stage++) {
            while (answer.to !== undefined) answer = await this.ask(new URL(answer.to, url).href);
            const { component, to } = JSON.parse(answer.body) as { component: string; to?: string };
            if (to !== undefined) return new URL(to, origin).href;
            const csrf = this.cookies.get(new URL(origin).hostname)?.get("authentik_csrf") ?? "";
            const body = JSON.stringify({ component, ...given[component] });
            const headers = { "content-type": "application/json", "x-authentik-csrf": csrf, referer: page };
            answer = await this.ask(url, { body, ...headers });
        }
        throw new Error(`the flow ${flow} does not end: ${answer.body.slice(0, 200)}`);
    }
}

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
