import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { WebSocket, WebSocketServer } from "ws";
import { Bed } from "./support/bed";
import { eventually, type Container } from "./support/containers";
import { recorded } from "./support/exchanges";
import { ask } from "./support/http";
import { expectShape } from "./support/matching";

interface Message {
    instruction: number;
    args: Record<string, unknown>;
}

describe("the websocket of outposts", function () {
    this.timeout(120_000);
    const bed = new Bed();
    let port: number;
    let pk: string;

    before(async () => {
        await bed.open();
        const server = await bed.authentik("server", ["server"]);
        await bed.answers(server, "/-/health/ready/", 200);
        const { code, log } = await bed.apply(["custom/admin.yaml", "custom/outpost-a.yaml", "custom/outpost-b.yaml"]);
        expect(code, log).to.equal(0);
        port = await server.port(9000);
        const headers = { authorization: `Bearer ${bed.secrets.outpost_b_token}` };
        const { body } = await ask(port, { path: "/api/v3/outposts/instances/", headers });
        pk = (JSON.parse(body) as { results: [{ pk: string }] }).results[0].pk;
    });

    after(() => bed.close());

    it("outpost websocket", async () => {
        const { messages = [] } = recorded("outpost websocket");
        const [hello, acknowledged, refresh] = messages;
        const socket = connect(bed.secrets.outpost_b_token);
        const opened = once(socket, "open");
        const [response] = (await once(socket, "upgrade")) as [{ statusCode: number; headers: Record<string, string> }];
        expect(response.statusCode).to.equal(101);
        expect(response.headers["upgrade"]?.toLowerCase()).to.equal("websocket");
        const heard: Message[] = [];
        socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString("utf8")) as Message));
        await opened;
        socket.send(JSON.stringify(hello?.json));
        await eventually("acknowledgement", 5, () => Promise.resolve(heard.length > 0));
        expect(heard[0]).to.deep.equal(acknowledged?.json);

        const headers = { authorization: `Bearer ${bed.secrets.admin_token}` };
        const config = { authentik_host: "http://changed.test/" };
        const saved = await ask(port, {
            method: "PATCH",
            path: `/api/v3/outposts/instances/${pk}/`,
            headers,
            body: { config },
        });
        expect(saved.status, saved.body).to.equal(200);
        await eventually("news of the saved outpost", 5, () => Promise.resolve(heard.length > 1));
        expect(heard[1]).to.deep.equal(refresh?.json);
        socket.close();
    });

    const refused = { "wrong token": "wrong", "other outpost's token": "outpost_a_token", "no token": "" };
    for (const [name, token] of Object.entries(refused)) {
        it(`outpost websocket, ${name}`, async () => {
            const { response } = recorded(`outpost websocket, ${name}`);
            const socket = connect(token === "outpost_a_token" ? bed.secrets.outpost_a_token : token);
            const [, answer] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
            expect(answer.statusCode).to.equal(response.status);
            socket.on("error", () => undefined);
            socket.terminate();
        });
    }

    it("outpost start sequence", async () => {
        const tap = await startTap(pk);
        const { port: tapped } = tap.server.address() as AddressInfo;
        const outpost: Container = await bed.outpost(
            "tapped",
            "proxy",
            "outpost_b_token",
            { AUTHENTIK_HOST: `http://tap.test:${tapped}` },
            ["--add-host", "tap.test:host-gateway"],
        );
        await eventually("hello", 20, () => Promise.resolve(tap.hellos.length > 0));
        await outpost.do("stop");
        await eventually("close frame", 5, () => Promise.resolve(tap.closed.length > 0));
        expect(tap.asked.slice(0, 2)).to.deep.equal(["/api/v3/outposts/instances/", "/api/v3/root/config/"]);
        expect(tap.asked).to.include(`/ws/outpost/${pk}/`).and.include("/api/v3/outposts/proxy/?page=1&page_size=100");
        expect([...new Set(tap.agents)]).to.deep.equal(["goauthentik.io/outpost/2025.8.4"]);
        const [hello] = recorded("outpost websocket").messages ?? [];
        expectShape(Object.keys(tap.hellos[0]?.args ?? {}), Object.keys((hello?.json as Message).args), "hello");
        expect(tap.closed[0]).to.equal(1000);
        tap.server.close();
    });

    function connect(token: string): WebSocket {
        const headers = { authorization: `Bearer ${token}`, "user-agent": "goauthentik.io/outpost/2025.8.4" };
        return new WebSocket(
            `ws://127.0.0.1:${port}/ws/outpost/${pk}/?instance_uuid=11111111-1111-4111-8111-111111111111`,
            { headers },
        );
    }
});

interface Tap {
    server: Server;
    asked: string[];
    agents: string[];
    hellos: Message[];
    closed: number[];
}

// A server that only notes what an outpost asks of it.
async function startTap(pk: string): Promise<Tap> {
    const tap: Omit<Tap, "server"> = { asked: [], agents: [], hellos: [], closed: [] };
    const server = createServer((request, response) => {
        tap.asked.push(request.url ?? "");
        tap.agents.push(request.headers["user-agent"] ?? "");
        const results =
            request.url?.includes("instances") === true ? [{ pk, name: "outpost-b", refresh_interval_s: 300 }] : [];
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ results }));
    });
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket, request) => {
        tap.asked.push((request.url ?? "").replace(/\?.*$/, ""));
        socket.on("message", (data: Buffer) => tap.hellos.push(JSON.parse(data.toString("utf8")) as Message));
        socket.on("close", (code) => tap.closed.push(code));
    });
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    return { ...tap, server };
}
