import { createServer, type Server } from "node:net";
import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { officialImages } from "../../../authentik/images";
import { loadConfig } from "../../../config/load";
import { keepNames, preflight } from "../../../components/preflight";
import { DockerConnection } from "../../../engine/connection";
import { devConfiguration, devWith } from "../../support/configuration";
import { type Behaviour, type FakeEngine, type Listed, startEngine } from "../../support/engine";
import { one } from "../../support/find";
import { runHooks } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const stackLabel = "authentik-stack.stack";
let engine: FakeEngine;
let taken: Server | undefined;

async function problemOf(configuration = devConfiguration(), host: string | undefined = engine.host) {
    const check = async () => {
        const connection = new DockerConnection({ host });
        const problem = await preflight(loadConfig(), connection, { name: "authentik" }).catch(
            (error: unknown) => error,
        );
        return { problem: problem ?? "none" };
    };
    const { result } = await runUnderMocks(check, { configuration });
    if (result.problem === "none") return undefined;
    expect(result.problem).to.be.instanceOf(RunError);
    return (result.problem as RunError).message;
}

async function withEngine(lists: Behaviour["lists"]) {
    engine = await startEngine({ lists });
}

function container(name: string, ports: number[], labels: Record<string, string> = {}): Listed {
    const published = ports.map((port) => ({ PrivatePort: 80, PublicPort: port }));
    return { Id: name, Names: [`/${name}`], Ports: [{ PrivatePort: 80 }, ...published], Labels: labels };
}

/** A port of this machine on which a program listens. */
async function listen(): Promise<number> {
    taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken?.once("listening", resolve));
    return (taken.address() as { port: number }).port;
}

describe("the check of the Docker host", () => {
    afterEach(async () => {
        await engine.close();
        taken?.close();
        taken = undefined;
    });

    it("is content with an empty host", async () => {
        await withEngine({});

        expect(await problemOf()).to.equal(undefined);
        expect(engine.requests.filter((request) => !request.startsWith("GET "))).to.deep.equal([]);
    });

    it("names an image that is missing and cannot be pulled, before anything is replaced", async () => {
        const { proxy } = officialImages("2025.8.6");
        engine = await startEngine({ missing: [proxy] });

        expect((await problemOf())?.split("\n").slice(1)).to.deep.equal([
            `  authentik-stack:images.proxy = "${proxy}" is not on the Docker host and cannot be pulled (pull access denied); correct the name, or pull it there by hand`,
        ]);
    });

    it("asks for no image of a Redis that neither the release nor a consumer needs", async () => {
        const { redis } = officialImages("2026.2.0");
        engine = await startEngine({ missing: [redis] });

        expect(await problemOf(devWith({ version: "2026.2.0", consumers: [{ name: "wiki" }] }))).to.equal(undefined);
        expect(await problemOf(devWith({ version: "2026.2.0" }))).to.contain("images.redis");
    });

    it("waits for a restore that is at work, also where its command was killed", async () => {
        const labels = { [stackLabel]: "authentik-stack/", "authentik-stack.job": "authentik-backup-restore" };
        await withEngine({ containers: [container("restoring", [], labels)] });

        expect(await problemOf()).to.match(
            /^A restore replaces the stack's data, in the container restoring; .*`docker wait restoring`/,
        );
        await engine.close();
        const others = [
            container("saving", [], { ...labels, "authentik-stack.job": "authentik-backup-save" }),
            container("of-another", [], { ...labels, [stackLabel]: "authentik-stack/staging-" }),
        ];
        await withEngine({ containers: others });
        expect(await problemOf()).to.equal(undefined);
    });

    it("waits for one on a Swarm, which is a service there", async () => {
        const is = (State: string) => [{ ID: State, CreatedAt: "2026-11-24T09:00:00Z", Status: { State } }];
        const Labels = { [stackLabel]: "authentik-stack/", "authentik-stack.job": "authentik-backup-restore" };
        const services = [{ ID: "1", CreatedAt: "2026-11-24T09:00:00Z", Spec: { Name: "restoring", Labels } }];
        const configuration = devWith({ runtime: "swarm", "server.ports": undefined });
        configuration.outposts = (configuration.outposts as object[]).map((outpost) => ({
            ...outpost,
            ports: undefined,
        }));
        for (const state of ["pending", "running"]) {
            await withEngine({ services, tasks: { "1": is(state) } });
            expect(await problemOf(configuration)).to.match(
                /^A restore replaces the stack's data, in the service restoring; .*`docker service ps restoring`/,
            );
            await engine.close();
        }
        await withEngine({ services, tasks: { "1": is("complete") } });
        expect(await problemOf(configuration)).to.equal(undefined);
    });

    it("names the container that publishes a port of the server or of an outpost", async () => {
        await withEngine({
            containers: [container("gitea", [9000]), container("wiki", [9081]), container("mail", [25])],
        });

        expect((await problemOf())?.split("\n")).to.deep.equal([
            "2 problems in the configuration; nothing was changed:",
            "  authentik-stack:server.ports[0].port = 9000 is published by the container gitea; choose another port, or stop that container",
            "  authentik-stack:outposts[1].ports[0].port = 9081 is published by the container wiki; choose another port, or stop that container",
        ]);
    });

    it("takes no offence at a port that others publish on another address, or by another protocol", async () => {
        const other = (IP: string, Type: string): Listed => ({
            Id: `${IP}/${Type}`,
            Names: ["/other"],
            Ports: [{ IP, PrivatePort: 80, PublicPort: 9000, Type }],
        });
        await withEngine({ containers: [other("192.168.1.5", "tcp"), other("127.0.0.1", "udp"), other("::", "tcp")] });
        expect(await problemOf()).to.equal(undefined);
        await engine.close();

        await withEngine({ containers: [other("0.0.0.0", "tcp")] });
        expect(await problemOf()).to.contain("server.ports[0].port = 9000 is published by the container other");
    });

    it("accepts the stack's own containers, even between two starts, but not those of another stack", async () => {
        const port = await listen();
        const configuration = devWith({ "server.ports[0].port": port });
        const ours = container("ours", [], { [stackLabel]: "authentik-stack/" });
        const state = () => ({ Status: "restarting", ports: [port] });
        engine = await startEngine({ lists: { containers: [ours] }, state });
        expect(await problemOf(configuration)).to.equal(undefined);
        await engine.close();

        await withEngine({ containers: [container("theirs", [9000], { [stackLabel]: "authentik-stack/staging-" })] });
        expect(await problemOf()).to.contain("is published by the container theirs");
    });

    it("knows the containers of an earlier version, which labelled them with their URN", async () => {
        const of = (stack: string) =>
            `urn:pulumi:${stack}::authentik-stack::docker:index/container:Container::authentik`;
        const labels = (stack: string) => ({
            "authentik-stack.urn": of(stack),
            [stackLabel]: `authentik-stack/${stack}`,
        });
        const state = () => ({ Status: "running", ports: [9000] });
        engine = await startEngine({ lists: { containers: [container("ours", [9000], labels("dev"))] }, state });
        expect(await problemOf()).to.equal(undefined);
        await engine.close();

        await withEngine({ containers: [container("theirs", [9000], labels("staging"))] });
        expect(await problemOf()).to.contain("is published by the container theirs");
    });

    it("names a network to adopt that does not exist, and how to create it", async () => {
        await withEngine({ networks: [{ Name: "frontend_net" }] });

        const problem = await problemOf(devWith({ "networks.frontend.adopt": true, "networks.backend.adopt": true }));

        expect(problem).to.match(/^1 problem /);
        expect(problem).to.contain('networks.backend.name = "backend_net" is to be adopted');
        expect(problem).to.contain("`docker network create backend_net`");
    });

    it("sees a program of this machine that listens on a port, where the engine is this machine's", async () => {
        await withEngine({});
        const port = await listen();
        const configuration = devWith({ "server.ports[0].port": port });

        expect(await problemOf(configuration, engine.host), "an engine elsewhere").to.equal(undefined);
        const local = await startEngine({}, "unix");
        try {
            expect(await problemOf(configuration, local.host)).to.contain(
                `server.ports[0].port = ${port} is in use by a program on the host; choose another port`,
            );
        } finally {
            await local.close();
        }
    });

    it("tells a changed prefix, and not the ports that the stack itself has under the one before", async () => {
        const labels = { [stackLabel]: "authentik-stack/staging-" };
        await withEngine({ containers: [container("staging-authentik-server-1", [9000], labels)] });
        const configuration = devConfiguration();
        const remembered = async (prefix: string) => {
            const connection = new DockerConnection({ host: engine.host });
            const keep = async () => ({ kept: (await keepNames({ ...loadConfig(), prefix }, connection)) ?? prefix });
            const { resources } = await runUnderMocks(keep, { configuration });
            return one(resources, "step", "prefix");
        };
        const { resources } = await runUnderMocks(
            async () => {
                const connection = new DockerConnection({ host: engine.host });
                return { said: await preflight(loadConfig(), connection, { name: "authentik" }).catch(String) };
            },
            { configuration },
        );
        const kept = one(resources, "step", "prefix");
        const ports = "server.ports[0].port = 9000 is published by the container staging-authentik-server-1";

        const changed = runHooks(kept, "beforeUpdate", await remembered("staging-"));
        expect(await changed.catch(String))
            .to.match(/prefix = "" cannot change from "staging-"/)
            .and.not.match(/port/);
        const first = runHooks(kept, "beforeCreate");
        expect(await first.catch(String), "of another stack, and nothing is remembered").to.contain(ports);
        expect(await problemOf(configuration), "of another stack, on a later update").to.contain(ports);
    });

    it("checks nothing where no engine can be reached, and does not wait for one", async () => {
        await withEngine({ containers: [container("gitea", [9000])] });
        const started = Date.now();

        expect(await problemOf(devConfiguration(), "tcp://127.0.0.1:1")).to.equal(undefined);
        expect(Date.now() - started).to.be.lessThan(2000);
    });
});
