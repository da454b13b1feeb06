import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { log, messageOf } from "../log";
import { notFound, type Reply } from "./replies";

/** A request, read to its end. */
export interface Request {
    method: string;
    /** Path and query as they were sent. */
    url: string;
    path: string;
    query: URLSearchParams;
    headers: IncomingMessage["headers"];
    cookies: Map<string, string>;
    body: string;
    bytes: Buffer;
    /** Scheme and host as the browser sees them: every URL that is handed out begins with it. */
    origin: string;
}

/** Serves `answer` on an address; what it throws is logged and answered with 500. */
export function serve(
    address: { host: string; port: number },
    answer: (request: Request) => Reply | Promise<Reply>,
): Promise<Server> {
    const server = createServer((incoming, response) => {
        readRequest(incoming)
            .then(answer)
            .catch((error: unknown): Reply => {
                log("error", "Internal Server Error", { error: messageOf(error), path: incoming.url });
                return {
                    status: 500,
                    headers: { "content-type": "text/html; charset=utf-8" },
                    body: "<h1>Server Error (500)</h1>",
                };
            })
            .then((reply) => send(response, reply))
            .catch((error: unknown) => {
                log("error", "Response failed", { error: messageOf(error) });
            });
    });
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(address.port, address.host, () => resolve(server));
    });
}

/** Serves the metrics port: /metrics with one plausible line, what `extra` answers, and 404. */
export function serveMetrics(
    address: { host: string; port: number },
    type: string,
    line: string,
    extra?: (request: Request) => Reply | undefined,
): Promise<Server> {
    return serve(
        address,
        (request) =>
            extra?.(request) ??
            (request.path === "/metrics"
                ? {
                      status: 200,
                      headers: { "content-type": `text/plain; ${type}` },
                      body: `# HELP ${line}\n# TYPE ${line.split(" ")[0] ?? ""} counter\n`,
                  }
                : notFound()),
    );
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { headers, url = "/", method = "GET" } = incoming;
    const parsed = new URL(url, "http://localhost");
    const first = (value: string | string[] | undefined) =>
        (Array.isArray(value) ? value[0] : value)?.split(",")[0]?.trim();
    const scheme = first(headers["x-forwarded-proto"]) ?? "http";
    const host = first(headers["x-forwarded-host"]) ?? headers.host ?? "localhost";
    const pairs = (headers.cookie ?? "").split(";").map((pair): [string, string] => {
        const [name = "", ...value] = pair.trim().split("=");
        return [name, value.join("=")];
    });
    const bytes = Buffer.concat(chunks);
    return {
        method,
        url,
        path: parsed.pathname,
        query: parsed.searchParams,
        headers,
        cookies: new Map(pairs),
        bytes,
        body: bytes.toString("utf8"),
        origin: `${scheme}://${host}`,
    };
}

function send(response: ServerResponse, { status, headers = {}, body }: Reply): void {
    const text = typeof body === "object" && !Buffer.isBuffer(body) ? JSON.stringify(body) : (body ?? "");
    response.writeHead(status, {
        "x-authentik-stack-rehearsal": "true",
        ...headers,
        "content-length": Buffer.byteLength(text),
    });
    response.end(response.req.method === "HEAD" ? undefined : text);
}
