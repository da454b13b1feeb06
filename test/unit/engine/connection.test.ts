import { expect } from "chai";
import { connectionSettings, DockerConnection, engineReason } from "../../../engine/connection";
import { sshArguments } from "../../../engine/ssh";
import { type Behaviour, type FakeEngine, startEngine } from "../../support/engine";

describe("the settings of the connection", () => {
    const configured = (values: Record<string, string>) => connectionSettings({ get: (key) => values[key] });

    it("are every key of the provider, lists as JSON", () => {
        const texts = { host: "ssh://server", context: "c", certPath: "/p", caMaterial: "a", certMaterial: "b" };
        const registryAuth = [{ address: "ghcr.io", authDisabled: true }];
        const lists = { sshOpts: '["-p","2222"]', registryAuth: JSON.stringify(registryAuth) };

        expect(configured({ ...texts, keyMaterial: "k", ...lists, disableDockerDaemonCheck: "true" })).to.deep.equal({
            ...texts,
            keyMaterial: "k",
            sshOpts: ["-p", "2222"],
            registryAuth,
        });
    });

    it("name a list that is none, and not its value", () => {
        expect(() => configured({ registryAuth: "hunter2" })).to.throw(/^docker:registryAuth must be a list;[^2]*$/);
        expect(() => configured({ sshOpts: '"-v"' })).to.throw("docker:sshOpts must be a list");
    });
});

describe("the ssh program", () => {
    const args = (url: string, options?: string[]) => sshArguments(new URL(url), options);

    it("is called as Docker's own command calls it", () => {
        const standard = ["-o", "ConnectTimeout=30", "-T", "--"];
        const dial = "docker system dial-stdio";
        expect(args("ssh://Some_Alias")).to.deep.equal([...standard, "Some_Alias", dial]);
        expect(args("ssh://me@[::1]:2222")).to.deep.equal(["-l", "me", "-p", "2222", ...standard, "::1", dial]);
    });

    it("gets the user's options, in the place of its own", () => {
        const options = ["-T", "-o ConnectTimeout=5", "-F", "file"];
        expect(args("ssh://a", options)).to.deep.equal([...options, "--", "a", "docker system dial-stdio"]);
    });

    it("reaches an engine with a socket of its own, whatever its path has", () => {
        expect(args("ssh://a/run/it's.sock").at(-1)).to.equal(
            String.raw`docker '--host=unix:///run/it'\''s.sock' system dial-stdio`,
        );
    });
});

describe("an engine at an address of IPv6", () => {
    it("is looked for without the brackets of its URL", async () => {
        const { modem } = await new DockerConnection({ host: "tcp://[::1]:2375" }).client();

        expect(modem).to.include({ host: "::1", port: "2375" });
    });
});

describe("the connection", () => {
    let engine: FakeEngine;
    const open = async (behaviour: Behaviour = {}, at?: "tcp" | "unix") => {
        engine = await startEngine(behaviour, at);
        return new DockerConnection({ host: engine.host }, {});
    };
    afterEach(() => engine.close());

    for (const at of ["tcp", "unix"] as const) {
        it(`reaches an engine at ${at}, whatever the program's own environment says`, async () => {
            const connection = await open({}, at);
            const before = process.env.DOCKER_HOST;
            process.env.DOCKER_HOST = "tcp://127.0.0.1:1";
            try {
                expect(await connection.isPresent("redis:7")).to.equal(true);
            } finally {
                if (before === undefined) delete process.env.DOCKER_HOST;
                else process.env.DOCKER_HOST = before;
            }
        });
    }

    for (const at of ["tcp", "unix"] as const) {
        it(`asks an engine at ${at} without its client`, async () => {
            const connection = await open({ lists: { volumes: [{ Name: "data" }] } }, at);
            expect(await connection.get("/volumes")).to.deep.equal({ Volumes: [{ Name: "data" }] });
            const refusal = await connection.get("/nothing").catch(engineReason);
            expect(refusal).to.equal("501 /nothing:");
        });
    }

    it("refuses to ask where its settings lead nowhere", async () => {
        await open();
        expect(() => new DockerConnection({ host: "nowhere" }, {}).get("/volumes")).to.throw(/docker:host = "nowhere"/);
    });

    it("is made once", async () => {
        const connection = await open();
        expect(await connection.client()).to.equal(await connection.client());
    });

    it("pulls an image only where it is missing, and tells so", async () => {
        const connection = await open({ missing: ["gone:1"] });
        const told: string[] = [];
        await connection.pullIfMissing("redis:7", (image) => told.push(image));
        expect(told).to.deep.equal([]);
        const failure = await connection.pullIfMissing("gone:1", (image) => told.push(image)).catch(engineReason);
        expect(told).to.deep.equal(["gone:1"]);
        expect(failure).to.match(/gone:1|manifest|denied|not found/);
    });
});
