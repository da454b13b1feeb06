import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { WebSocket } from "ws";
import { log, messageOf, pause } from "../log";
import { readSettings } from "../settings";
import { version } from "../version";

/** Where an outpost's server is, what browsers call it, and the key to it. */
export interface Credentials {
    host: string;
    browserHost: string;
    token: string;
}

/** An outpost as its server describes it. */
export interface OutpostInstance {
    pk: string;
    name: string;
    refresh_interval_s: number;
}

/** Reads AUTHENTIK_HOST, AUTHENTIK_TOKEN and AUTHENTIK_HOST_BROWSER, file:// too; the name of a missing one instead. */
export function readCredentials(): Credentials | { missing: string } {
    const settings = readSettings();
    const url = (path: string) => settings.text(path).replace(/\/$/, "");
    if (url("host") === "") return { missing: "AUTHENTIK_HOST" };
    if (settings.text("token") === "") return { missing: "AUTHENTIK_TOKEN" };
    const browser = url("host_browser");
    return { host: url("host"), browserHost: browser === "" ? url("host") : browser, token: settings.text("token") };
}

/** An outpost's side of the connection to its server. */
export class Connection {
    private readonly instance = randomUUID();
    private socket: WebSocket | undefined;
    private ended = false;

    constructor(private readonly credentials: Credentials) {}

    /** Every result of a list in the server's API. */
    async list<Result>(path: string): Promise<Result[]> {
        return ((await this.get(path)) as { results: Result[] }).results;
    }

    /** Anything in the server's API; throws with the status where it is not 200. */
    async get(path: string): Promise<unknown> {
        const response = await fetch(`${this.credentials.host}/api/v3/${path}`, {
            headers: {
                authorization: `Bearer ${this.credentials.token}`,
                accept: "application/json",
                "user-agent": `goauthentik.io/outpost/${version}`,
            },
            signal: AbortSignal.timeout(10_000),
        });
        if (response.status !== 200) throw new Error(`${response.status} ${response.statusText}`);
        return response.json();
    }

    /** This outpost. Asks until the server returns it; each pause is twice as long as the last. */
    async outpost(): Promise<OutpostInstance> {
        for (let seconds = 3; ; seconds *= 2) {
            try {
                const [outpost] = await this.list<OutpostInstance>("outposts/instances/");
                if (outpost !== undefined) return outpost;
                throw new Error("no outpost is visible to this token");
            } catch (error) {
                log("error", `Failed to fetch outpost configuration, retrying in ${seconds} seconds`, {
                    error: reasonOf(error),
                });
                await pause(seconds * 1000);
            }
        }
    }

    /** Says hello over the websocket and again every 10 seconds; calls `refresh` when the server asks for it. Reconnects by itself. */
    follow(outpost: OutpostInstance, refresh: () => void, delay = 1000): void {
        const url = `${this.credentials.host.replace(/^http/, "ws")}/ws/outpost/${outpost.pk}/?instance_uuid=${this.instance}`;
        const socket = new WebSocket(url, {
            headers: {
                authorization: `Bearer ${this.credentials.token}`,
                "user-agent": `goauthentik.io/outpost/${version}`,
            },
        });
        this.socket = socket;
        let timer: NodeJS.Timeout | undefined;
        socket.on("open", () => {
            log("info", "Successfully connected websocket", { outpost: outpost.pk });
            this.hello();
            timer = setInterval(() => this.hello(), 10_000);
            // A change that was announced while the socket was down is not announced again.
            refresh();
        });
        socket.on("message", (data: Buffer) => {
            if ((JSON.parse(data.toString("utf8")) as { instruction: number }).instruction === 2) refresh();
        });
        socket.on("error", (error) => {
            log("warning", "ws read error", { error: error.message });
        });
        socket.on("close", () => {
            clearInterval(timer);
            if (!this.ended) setTimeout(() => this.follow(outpost, refresh, Math.min(delay * 2, 10_000)), delay);
        });
    }

    /** Closes the websocket, as an outpost does when it is told to stop. */
    close(): void {
        this.ended = true;
        this.socket?.close(1000);
    }

    private hello(): void {
        this.socket?.send(
            JSON.stringify({
                instruction: 1,
                args: {
                    version,
                    buildHash: "",
                    uuid: this.instance,
                    golangVersion: "go1.24.6",
                    opensslEnabled: false,
                    opensslVersion: "",
                    fipsEnabled: false,
                    hostname: hostname(),
                },
            }),
        );
    }
}

// Go's own words, so that people can search for them.
function reasonOf(error: unknown): string {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
    if (/ENOTFOUND|EAI_AGAIN/.test(cause)) return `dial tcp: lookup failed: no such host (${cause})`;
    return cause.includes("ECONNREFUSED") ? `dial tcp: connect: connection refused (${cause})` : cause;
}
