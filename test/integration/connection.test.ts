import { expect } from "chai";
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../cli/run";
import { type ConnectionSettings, DockerConnection, engineReason } from "../../engine/connection";
import { asTheProviderSees, refusal, works } from "./support/connection-trial";
import { docker, removeAll } from "./support/host";
import { alias, type Sshd, startSshd } from "./support/sshd";
import { tinyFiles } from "./support/tiny-image";
import { startTlsEngine, type TlsEngine } from "./support/tls-engine";
import { type Bench, openBench } from "./support/workplace";

const prefix = "it-c-";
const host = `ssh://${alias}`;

let bench: Bench;
let files: Buffer;
before(async () => {
    bench = await openBench();
    files = await tinyFiles();
});

describe("an engine that is reached over SSH", () => {
    let sshd: Sshd;
    let agent: string | undefined;
    const through = (changes?: Record<string, string>): ConnectionSettings => ({
        host,
        sshOpts: ["-F", sshd.configuration(changes)],
    });
    before(async () => {
        agent = process.env.SSH_AUTH_SOCK;
        delete process.env.SSH_AUTH_SOCK;
        const folder = join(bench.folder, "sshd");
        mkdirSync(folder);
        sshd = await startSshd(folder);
        await removeAll(prefix);
    });
    after(async () => {
        if (agent !== undefined) process.env.SSH_AUTH_SOCK = agent;
        await sshd.close();
        await removeAll(prefix);
    });

    it("works by its alias and an identity file, without an agent", async () => {
        await works(new DockerConnection(through(), {}), files, `${prefix}over-ssh`);
    });

    it("works by user, address and port", async () => {
        const known = ["-F", "none", "-o", `UserKnownHostsFile=${join(sshd.identity, "../known_hosts")}`];
        const sshOpts = [...known, "-i", sshd.identity];
        const url = `ssh://${userInfo().username}@127.0.0.1:${sshd.port}`;
        expect(await refusal({ host: url, sshOpts })).to.equal("it answered");
    });

    it("is the same as the provider's", async () => {
        await docker("network", "create", "--internal", `${prefix}seen`);
        const { Id } = (await (
            await new DockerConnection(through(), {}).client()
        )
            .getNetwork(`${prefix}seen`)
            .inspect()) as { Id: string };
        const { sshOpts = [] } = through();
        expect(await asTheProviderSees(bench, `${prefix}seen`, { host, sshOpts })).to.equal(Id);
    });

    it("is asked many things at once, though the server lets few log in at once", async () => {
        const engine = await new DockerConnection(through(), {}).client();
        const versions = await Promise.all(Array.from({ length: 20 }, () => engine.version()));
        expect(new Set(versions.map(({ Version }) => Version)).size).to.equal(1);
    });

    it("is refused when its key is another or unknown, in ssh's words", async () => {
        const folder = join(sshd.identity, "..");
        const other = await refusal(through({ UserKnownHostsFile: join(folder, "other_hosts") }));
        expect(other).to.contain(`ssh to ${alias} ended with 255`).and.contain("Host key verification failed");
        const unknown = await refusal(through({ UserKnownHostsFile: join(folder, "none") }));
        expect(unknown).to.contain("Host key verification failed");
    });

    it("refuses an unknown user, and does not answer if nothing listens; ssh reports both", async () => {
        const stranger = join(sshd.identity, "../stranger");
        expect(await refusal(through({ IdentityFile: stranger }))).to.contain("Permission denied (publickey");
        expect(await refusal(through({ Port: "1" }))).to.contain("Connection refused");
        expect(await refusal({ ...through(), host: "ssh://nowhere.invalid" })).to.contain("Could not resolve hostname");
    });

    it("can have another socket, whose absence Docker's command reports", async () => {
        expect(await refusal({ ...through(), host: `${host}/var/run/docker.sock` })).to.equal("it answered");
        expect(await refusal({ ...through(), host: `${host}/no such.sock` })).to.contain("dial unix /no such.sock");
    });

    it("keeps no program alive, and leaves no process behind", async () => {
        const settings = through();
        const file = join(bench.folder, "asks-once.ts");
        const library = join(__dirname, "../../engine/connection");
        writeFileSync(
            file,
            `import { DockerConnection } from ${JSON.stringify(library)};
            const connection = new DockerConnection(${JSON.stringify(settings)}, {});
            void connection.client().then((engine) => engine.version()).then(({ Version }) => console.log(Version));`,
        );
        const [tsx, start] = [join(__dirname, "../../node_modules/.bin/tsx"), Date.now()];
        expect((await run(tsx, [file])).trim()).to.match(/^\d+\./);
        expect(Date.now() - start).to.be.lessThan(20_000);
        for (let looks = 0; looks < 20 && (await processes(settings)).length > 0; looks++) await sleep(100);
        expect(await processes(settings)).to.deep.equal([]);
    });

    it("fails what waits for it when ssh ends", async () => {
        const settings = through();
        const engine = await new DockerConnection(settings, {}).client();
        const events = await engine.getEvents();
        const seen = text(events).then(() => "it ended", engineReason);
        const [pid = 0] = await processes(settings);
        process.kill(pid, "SIGKILL");
        expect(await seen).to.match(/SIGKILL|aborted/);
    });
});

/** The ssh processes that were started with these settings. */
async function processes({ sshOpts = [] }: ConnectionSettings): Promise<number[]> {
    const listed = (await run("ps", ["-eo", "pid=,args="])).split("\n");
    return listed.filter((line) => /^\s*\d+ ssh /.test(line) && line.includes(sshOpts.join(" "))).map(parseFloat);
}

describe("an engine that is reached with TLS", () => {
    let engine: TlsEngine;
    before(async () => {
        const folder = join(bench.folder, "tls-engine");
        mkdirSync(folder);
        engine = await startTlsEngine(folder);
    });
    after(() => engine.close());

    it("works with the certificates of DOCKER_CERT_PATH", async () => {
        const environment = { DOCKER_HOST: engine.host, DOCKER_CERT_PATH: engine.certificates, DOCKER_TLS_VERIFY: "1" };
        await works(new DockerConnection({}, environment), files, `${prefix}over-tls`);
    });

    it("is the same as the provider's and as that of Docker's command", async () => {
        const settings = { host: engine.host, certPath: engine.certificates };
        const client = await new DockerConnection(settings, {}).client();
        // Each engine has a network of this name.
        const { Id } = (await client.getNetwork("none").inspect()) as { Id: string };
        expect(await asTheProviderSees(bench, "none", settings)).to.equal(Id);
        const environment = { DOCKER_HOST: engine.host, DOCKER_CERT_PATH: engine.certificates, DOCKER_TLS_VERIFY: "1" };
        const asked = await run("docker", ["network", "inspect", "--format", "{{.Id}}", "none"], { env: environment });
        expect(asked.trim()).to.equal(Id);
    });

    it("is refused when another CA issued its certificate, or it has another name", async () => {
        const certPath = engine.strangers;
        expect(await refusal({ host: engine.host, certPath })).to.match(/self.signed|unable to verify/);
        const address = engine.host.replace("localhost", "127.0.0.1");
        expect(await refusal({ host: address, certPath: engine.certificates })).to.contain("127.0.0.1");
    });

    it("refuses a client without a certificate", async () => {
        expect(await refusal({ host: engine.host })).to.match(/HTTP request to an HTTPS server/);
    });
});
