import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { authority } from "../../support/certificates";

const script = join(__dirname, "../../../authentik/try-redis.py");
const secret = "a-password-of-ours";

describe("the try of a Redis", () => {
    const folder = mkdtempSync(join(tmpdir(), "redis-"));
    const [ca, other] = [authority("ca", "localhost", "redis.example.com"), authority("other")];
    const passwordFile = join(folder, "password");
    const certificate = (host: string) => ({
        cert: ca.issued[host]?.certificate ?? "",
        key: ca.issued[host]?.key ?? "",
    });
    let server: Server;

    before(() => {
        writeFileSync(passwordFile, `${secret}\n`);
        writeFileSync(join(folder, "ca.crt"), ca.certificate);
        writeFileSync(join(folder, "other.crt"), other.certificate);
    });
    after(() => rmSync(folder, { recursive: true }));
    afterEach(() => server.close());

    /** Tries a server with authentik's variables. */
    async function tryRedis(started: Server, variables: Record<string, string> = {}, password = [passwordFile]) {
        server = started;
        await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
        const given = {
            HOST: "localhost",
            PORT: String((server.address() as AddressInfo).port),
            DB: "3",
            ...variables,
        };
        const names = Object.entries(given).map(([key, value]) => [`AUTHENTIK_REDIS__${key}`, value]);
        const env = { PATH: process.env.PATH, ...(Object.fromEntries(names) as Record<string, string>) };
        return await new Promise<{ code: number; errors: string }>((resolve) => {
            execFile("python3", [script, ...password], { env }, (error, _, errors) =>
                resolve({ code: error === null ? 0 : Number(error.code), errors }),
            );
        });
    }

    it("succeeds where Redis takes password, database and command", async () => {
        const received: string[] = [];
        const { code, errors } = await tryRedis(createServer((socket) => answer(socket, received)));

        expect(errors).to.equal("");
        expect(code).to.equal(0);
        expect(received).to.deep.equal([`AUTH ${secret}`, "SELECT 3", "PING"]);
    });

    it("logs in as nobody where Redis asks for no password", async () => {
        const received: string[] = [];
        const { code } = await tryRedis(
            createServer((socket) => answer(socket, received)),
            {},
            [],
        );

        expect(code).to.equal(0);
        expect(received).to.deep.equal(["SELECT 3", "PING"]);
    });

    it("logs in as the user that authentik logs in as", async () => {
        const received: string[] = [];
        await tryRedis(
            createServer((socket) => answer(socket, received)),
            { USERNAME: "wiki" },
        );

        expect(received[0]).to.equal(`AUTH wiki ${secret}`);
    });

    it("fails with what Redis answers, and without the password", async () => {
        const refuse = createServer((socket) => answer(socket, [], "-WRONGPASS invalid username-password pair"));
        const { code, errors } = await tryRedis(refuse);

        expect(code).to.equal(1);
        expect(errors).to.equal("AUTH: WRONGPASS invalid username-password pair\n");
    });

    it("says that TLS may be wanted where the connection is closed, and why there is none", async () => {
        const { code, errors } = await tryRedis(createServer((socket) => socket.end()));
        expect(code).to.equal(1);
        expect(errors).to.match(/^localhost:\d+ closed the connection; it may want TLS\n$/);

        const nobody = await tryRedis(createServer(), { PORT: "1" });
        expect(nobody.code).to.equal(1);
        expect(nobody.errors).to.match(/^connecting to localhost:1: .*refused/);
    });

    for (const [what, host, variables, outcome] of [
        ["takes a certificate of the CA", "localhost", { TLS_REQS: "required", TLS_CA_CERT: "ca.crt" }, /^$/],
        ["takes any where none is to be checked", "redis.example.com", {}, /^$/],
        ["refuses one of another CA", "localhost", { TLS_REQS: "required", TLS_CA_CERT: "other.crt" }, /VERIFY_FAILED/],
        [
            "refuses one of another name",
            "redis.example.com",
            { TLS_REQS: "required", TLS_CA_CERT: "ca.crt" },
            /mismatch/i,
        ],
    ] as [string, string, Record<string, string>, RegExp][]) {
        it(`within TLS ${what}`, async () => {
            const started = createTlsServer(certificate(host), (socket) => answer(socket, []));
            started.on("tlsClientError", () => undefined);
            const path = variables.TLS_CA_CERT === undefined ? "" : join(folder, variables.TLS_CA_CERT);
            const { code, errors } = await tryRedis(started, { ...variables, TLS: "true", TLS_CA_CERT: path });

            expect(errors).to.match(outcome);
            expect(code).to.equal(errors === "" ? 0 : 1);
        });
    }
});

/** Answers each command of a client, and keeps what it was. */
function answer(socket: Socket, received: string[], reply = "+OK"): void {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
        const words = chunk
            .toString()
            .split("\r\n")
            .filter((line, index) => index > 0 && !line.startsWith("$"));
        received.push(words.join(" ").trim());
        socket.write(`${reply}\r\n`);
    });
}
