import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect as connectTls, type TLSSocket } from "node:tls";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** Leads every name to this machine, whose gateway has a CA of its own. */
interface Reach {
    port: number;
    ca: string;
}

/** An answer, with its headers. */
export interface Seen {
    status: number;
    headers: Record<string, string | string[] | undefined>;
    body: string;
}

/** One request to a name of the gateway, whose certificate has to be of its CA. */
export function ask(
    { port, ca }: Reach,
    url: string,
    headers: Record<string, string> = {},
    agent?: https.Agent,
): Promise<Seen> {
    const { hostname, host, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
        const options = { host: "127.0.0.1", port, servername: hostname, ca, path: pathname + search };
        const request = https.get({ ...options, headers: { host, ...headers }, agent, timeout: 30_000 }, (answer) => {
            let body = "";
            answer.setEncoding("utf8");
            answer.on("data", (part: string) => (body += part));
            answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
            answer.once("error", reject);
        });
        request.once("timeout", () => request.destroy(new Error("no answer within 30 s")));
        request.once("error", reject);
    });
}

/** Asks for some URLs in turn, 20 times a second, each time over a connection of its own, until told to end. */
export class Visitors {
    private readonly answers: Promise<string>[] = [];
    private over = false;
    private readonly working: Promise<void>;

    public constructor(reach: Reach, urls: Record<string, number>) {
        const wanted = Object.entries(urls);
        this.working = (async () => {
            for (let count = 0; !this.over; count++) {
                const [url = "", status = 0] = wanted[count % wanted.length] ?? [];
                const answer = ask(reach, url, { accept: "text/html, */*" }, new https.Agent()).then(
                    (seen) => (seen.status === status ? "" : `${seen.status} ${seen.body.slice(0, 100)}`),
                    (error: Error) => error.message,
                );
                const at = new Date().toISOString();
                this.answers.push(answer.then((problem) => (problem === "" ? "" : `${at} ${url}: ${problem}`)));
                await sleep(50);
            }
        })();
    }

    /** How many asked, and what those got who were not answered as expected. */
    public async end(): Promise<{ asked: number; failed: string[] }> {
        this.over = true;
        await this.working;
        const problems = await Promise.all(this.answers);
        return { asked: problems.length, failed: problems.filter((problem) => problem !== "") };
    }
}

/**
 * Asks for a URL over HTTP/2, 20 times a second, while something happens. As the protocol wants it, a request that the server
 * handed back unread is asked again over a new connection.
 *
 * @returns how many asked, and what went wrong.
 */
export async function askOverHttp2(
    { port, ca }: Reach,
    url: string,
    meanwhile: () => Promise<void>,
): Promise<{ asked: number; failed: string[] }> {
    const { origin, hostname, pathname } = new URL(url);
    let session: ClientHttp2Session | undefined;
    const current = () => {
        if (session !== undefined && !session.closed && !session.destroyed) return session;
        const opened = connectHttp2(origin, {
            createConnection: () =>
                connectTls({ host: "127.0.0.1", port, servername: hostname, ca, ALPNProtocols: ["h2"] }),
        });
        // A request of it has the error as well.
        opened.on("error", () => undefined);
        session = opened;
        return opened;
    };
    const once = () =>
        new Promise<string>((resolve) => {
            const stream = current().request({ ":path": pathname });
            let said = "no answer";
            stream.once("response", (headers) => (said = String(headers[":status"])));
            stream.once("error", (error: Error) => (said = error.message));
            stream.once("close", () =>
                resolve(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? handedBack : said),
            );
            stream.resume();
        });
    const handedBack = "handed back";
    const answers: Promise<string>[] = [];
    const state = { over: false };
    const asking = (async () => {
        while (!state.over) {
            answers.push(once().then((said) => (said === handedBack ? once() : said)));
            await sleep(50);
        }
    })();
    try {
        await meanwhile();
    } finally {
        state.over = true;
        await asking;
    }
    const said = await Promise.all(answers);
    session?.close();
    return { asked: said.length, failed: said.filter((one) => one !== "200") };
}

/** A connection that was upgraded and stays open; whatever is sent comes back. */
export class Held {
    private constructor(private readonly socket: TLSSocket) {}

    public static open({ port, ca }: Reach, url: string): Promise<Held> {
        const { hostname, host, pathname } = new URL(url);
        const socket = connectTls({ host: "127.0.0.1", port, servername: hostname, ca, ALPNProtocols: ["http/1.1"] });
        const lines = [
            `GET ${pathname} HTTP/1.1`,
            `Host: ${host}`,
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        socket.write(`${lines.join("\r\n")}\r\n\r\n`);
        return new Promise((resolve, reject) => {
            socket.once("error", reject);
            socket.once("data", (data: Buffer) => {
                const text = data.toString();
                if (text.startsWith("HTTP/1.1 101")) resolve(new Held(socket));
                else reject(new Error(`not upgraded: ${text.slice(0, 200)}`));
            });
        });
    }

    /** What comes back within 5 seconds; the promise rejects when the connection is closed. */
    public echo(text: string): Promise<string> {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("nothing came back")), 5000);
            this.socket.once("close", () => reject(new Error("it was closed")));
            this.socket.once("data", (data: Buffer) => {
                clearTimeout(timer);
                resolve(data.toString());
            });
            this.socket.write(text);
        });
    }

    public close(): void {
        this.socket.destroy();
    }
}
