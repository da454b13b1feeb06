import type { Server } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";
import type { Cache } from "../cache";
import { outpostChannel } from "../save";
import type { Database } from "../database";
import type { Fields } from "../store";
import { bearer, callerOf } from "./context";
import { startingMessage } from "./replies";
import { recordHello } from "./outposts";

const instruction = { acknowledge: 0, hello: 1, refresh: 2 } as const;

/** What the socket needs once the server is up; nothing while it starts. */
export interface SocketBackend {
    database: Database;
    cache: Cache;
}

/** The websocket of outposts: takes their hello, tells them when to read their configuration again. */
export function attachOutpostSocket(server: Server, backend: () => SocketBackend | undefined): (pk: string) => void {
    const sockets = new Map<string, Set<WebSocket>>();
    const upgrader = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, connection, head) => {
        const reject = (status: string, body = "") => {
            const headers = `x-authentik-stack-rehearsal: true\r\nConnection: close\r\nContent-Length: ${body.length}`;
            connection.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
        };
        const services = backend();
        if (services === undefined) return reject("502 Bad Gateway", startingMessage);
        const pk = /^\/ws\/outpost\/([0-9a-f-]{36})\//.exec(request.url ?? "")?.[1] ?? "";
        callerOf(services.database.store, bearer(request.headers) ?? "")
            .then((caller) => {
                if (caller?.outpost?.pk !== pk) return reject("403 Forbidden");
                upgrader.handleUpgrade(request, connection, head, (socket) => accept(socket, pk, services));
            })
            .catch(() => reject("500 Internal Server Error"));
    });

    function accept(socket: WebSocket, pk: string, { cache }: SocketBackend): void {
        const others = sockets.get(pk) ?? new Set();
        sockets.set(pk, others.add(socket));
        socket.on("close", () => others.delete(socket));
        socket.on("error", () => socket.terminate());
        socket.on("message", (data: Buffer) => {
            const message = JSON.parse(data.toString("utf8")) as { instruction: number; args: Fields };
            if (message.instruction !== instruction.hello) return;
            void recordHello(cache, pk, message.args);
            socket.send(JSON.stringify({ instruction: instruction.acknowledge, args: {} }));
        });
    }

    return (pk) =>
        sockets.get(pk)?.forEach((socket) => {
            socket.send(JSON.stringify({ instruction: instruction.refresh, args: {} }));
        });
}

/** Passes on to connected outposts what the database says was saved. */
export function followOutposts(database: Database, tell: (pk: string) => void): void {
    database.listen(outpostChannel, tell);
}
