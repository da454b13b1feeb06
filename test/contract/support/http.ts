import { request as send, type IncomingHttpHeaders } from "node:http";
import { request as sendSecurely } from "node:https";

/** What a test asks. */
export interface Asked {
    method?: string;
    path: string;
    headers?: Record<string, string>;
    body?: string | object | undefined;
    /** Over TLS, where any certificate will do. Default: in clear. */
    isSecure?: boolean;
}

/** What was answered. */
export interface Answered {
    status: number;
    headers: IncomingHttpHeaders;
    body: string;
}

/**
 * One request to a port of this machine, with whatever Host header the test wants. Redirects are not followed. It has a connection of
 * its own: one that an earlier request left open may lead to a container that has stopped since.
 */
export function ask(
    port: number,
    { method = "GET", path, headers = {}, body, isSecure = false }: Asked,
): Promise<Answered> {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const typed = typeof body === "object" ? { "content-type": "application/json", ...headers } : headers;
    const name = (headers["host"] ?? "").replace(/:\d+$/, "");
    const secure = { servername: name, rejectUnauthorized: false };
    return new Promise((resolve, reject) => {
        const options = { host: "127.0.0.1", port, method, path, headers: typed, agent: false, timeout: 30_000 };
        const request = isSecure ? sendSecurely({ ...options, ...secure }) : send(options);
        request.on("response", (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("end", () =>
                resolve({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    body: Buffer.concat(chunks).toString("utf8"),
                }),
            );
        });
        request.on("timeout", () => request.destroy(new Error(`no answer: ${method} ${path}`)));
        request.on("upgrade", (response, socket) => {
            socket.destroy();
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
        });
        request.on("error", reject);
        request.end(text);
    });
}

/** The status of a GET, or 0 where nobody answers. */
export async function statusOf(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
    return ask(port, { path, headers }).then(
        ({ status }) => status,
        () => 0,
    );
}

/** The cookies of one browser. */
export class Jar {
    private readonly cookies = new Map<string, string>();

    /** The Cookie header, for a request. */
    header(): Record<string, string> {
        if (this.cookies.size === 0) return {};
        return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    }

    /** Keeps what an answer sets. */
    keep({ headers }: Answered): void {
        for (const line of headers["set-cookie"] ?? []) {
            const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
            this.cookies.set(name, value);
        }
    }
}
