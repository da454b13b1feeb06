import http from "node:http";
import https from "node:https";

/** An answer. */
export interface Answer {
    status: number;
    body: string;
    to?: string;
}

/** A browser: it keeps cookies by host, and follows where it is led. Names lead to 127.0.0.1. */
export class Browser {
    private readonly cookies = new Map<string, Map<string, string>>();

    /** @param agent what keeps connections. Default: each request has one of its own. */
    public constructor(private readonly agent: http.Agent | false = false) {}

    public ask(url: string, { body, ...headers }: Record<string, string> = {}): Promise<Answer> {
        const { protocol, hostname, port, pathname, search, host } = new URL(url);
        const jar = this.cookies.get(hostname) ?? new Map<string, string>();
        this.cookies.set(hostname, jar);
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const { request } = protocol === "https:" ? https : http;
        const options = {
            ...{ host: "127.0.0.1", servername: hostname, port, path: pathname + search },
            ...{ agent: this.agent, timeout: 30_000 },
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

    /**
     * Asks for a page, signs in where it leads to the login page, and comes back.
     *
     * @param end start of a URL that is not asked for: where an application takes over. Default: none.
     * @returns the URL where it ended.
     */
    public async enter(url: string, password: string, end?: string): Promise<string> {
        let at = url;
        for (let step = 0; step < 20; step++) {
            if (end !== undefined && at.startsWith(end)) return at;
            const flow = /^\/if\/flow\/([^/]+)\//.exec(new URL(at).pathname)?.[1];
            const next = flow === undefined ? (await this.ask(at)).to : await this.signIn(at, flow, password);
            if (next === undefined) return at;
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
