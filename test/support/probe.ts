import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check, DeviceCheck } from "../../authentik/checks";
import type { Pair } from "./certificates";

const script = join(__dirname, "../../authentik/probe.py");

/** How the probe ended. */
export interface Outcome {
    code: number;
    output: string;
    errors: string;
    seconds: number;
}

/** Runs the probe as its job does, from files. */
export async function runProbe(
    checks: (Check | DeviceCheck)[],
    seconds: number,
    ...rest: "causes"[]
): Promise<Outcome> {
    const folder = mkdtempSync(join(tmpdir(), "probe-"));
    try {
        const path = join(folder, "checks.json");
        writeFileSync(path, JSON.stringify(checks));
        const started = Date.now();
        return await new Promise((resolve) => {
            // Without what this machine adds to Python, which takes a third of the time.
            execFile(
                "python3",
                ["-B", "-E", "-s", "-S", script, path, String(seconds), ...rest],
                (error, output, errors) => {
                    const code = error === null ? 0 : Number(error.code ?? -1);
                    resolve({ code, output, errors, seconds: (Date.now() - started) / 1000 });
                },
            );
        });
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** A server that answers for authentik, and what it was asked. */
export interface Answering {
    url: string;
    requests: IncomingMessage[];
    close: () => Promise<void>;
}

/** Starts a server on this machine, with TLS where it has a certificate; the handler is given how many requests came before. */
export async function answer(
    handler: (request: IncomingMessage, response: ServerResponse, before: number) => void,
    tls?: Pair,
): Promise<Answering> {
    const requests: IncomingMessage[] = [];
    const listener = (request: IncomingMessage, response: ServerResponse) => {
        requests.push(request);
        handler(request, response, requests.length - 1);
    };
    const server =
        tls === undefined
            ? createServer(listener)
            : createSecureServer({ cert: tls.certificate, key: tls.key }, listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () =>
        new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    return { url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`, requests, close };
}
