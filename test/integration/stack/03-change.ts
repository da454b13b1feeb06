import { expect } from "chai";
import { container, containers, docker, volumes } from "../support/host";
import { behindCwad, sharedStack, type SharedStack } from "../support/shared-stack";
import { originOf, type Ports } from "../support/dev";
import { expectServing, get } from "../support/visit";

const name = (role: string) => `it-a-authentik-${role}`;
const replaced = (role: string) => [`replace ${name(role)}`, `update ${name(`${role}-healthy`)}`];
const door = `update ${name("gateway-configured")}`;
const steps = { blueprints: `update ${name("blueprints-applied")}`, serving: `update ${name("serving-proven")}` };

describe("a change of the configuration", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
    });
    after(async () => {
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
        await expectServing(shared.ports);
    });

    it("of a setting replaces server and worker only, and applies and proves again under it", async () => {
        const others = await unconcerned();
        shared.stack.configure(shared.configuration({ "settings.log_level": "debug" }));
        const previewed = await shared.stack.preview();
        const { changes } = await shared.stack.up();
        expect(changes).to.have.members([...replaced("server"), ...replaced("worker"), door, ...Object.values(steps)]);
        expect(previewed.changes, "and the preview told so").to.deep.equal(changes);
        expect(await unconcerned()).to.deep.equal(others);
        expect(await docker("inspect", (await container(name("server"))).id)).to.contain("AUTHENTIK_LOG_LEVEL=debug");
        await expectServing(shared.ports);
    });

    it("of a memory limit replaces only that container", async () => {
        const others = (await containers(shared.stack.prefix)).filter(
            ({ name: one }) => !one.startsWith(name("worker")),
        );
        shared.stack.configure(shared.configuration({ "settings.log_level": "debug", "worker.memory": "900m" }));
        const { changes } = await shared.stack.up();
        expect(changes).to.have.members([...replaced("worker"), steps.serving]);
        const { id, name: made } = await container(name("worker"));
        expect(await containers(shared.stack.prefix)).to.have.deep.members([...others, { id, name: made }]);
        const limit = await docker("inspect", "--format", "{{.HostConfig.Memory}}", id);
        expect(Number(limit)).to.equal(900 * 1024 * 1024);
    });

    it("that adds an outpost with an application adds these, and touches no other container", async () => {
        const before = await containers(shared.stack.prefix);
        shared.stack.configure(shared.configuration({ ...kept, ...wiki(shared.ports) }));
        const { changes } = await shared.stack.up();
        expect(changes).to.deep.equal(
            [
                ...["", "-healthy", "-sessions"].map((part) => `create ${name(`ak-outpost-wiki${part}`)}`),
                // The container, and the component around it.
                `create ${name("ak-outpost-wiki")}`,
                `create ${name("outpost-ak-outpost-wiki")}`,
                door,
                ...Object.values(steps),
            ].sort(),
        );
        expect(await containers(shared.stack.prefix)).to.include.deep.members(before);
        const start = await get(`${originOf("wiki", shared.ports.server, shared.ports)}/outpost.goauthentik.io/start`);
        expect(start.status, start.body).to.equal(302);
    });

    it("that adds an application to an outpost changes only authentik", async () => {
        const before = await containers(shared.stack.prefix);
        shared.stack.configure(shared.configuration({ ...kept, "applications[3]": behindCwad("books", shared.ports) }));
        const { changes } = await shared.stack.up();
        // What the removed outpost leaves: its sessions are data.
        expect(changes.filter((change) => !change.startsWith("delete"))).to.include.members(Object.values(steps));
        expect(changes.filter((change) => /create|replace/.test(change))).to.deep.equal([]);
        const gone = before.filter(({ name }) => !name.includes("wiki"));
        expect(await containers(shared.stack.prefix)).to.have.deep.members(gone);
        const start = await get(`${originOf("books", shared.ports.cwad, shared.ports)}/outpost.goauthentik.io/start`);
        expect(start.status, start.body).to.equal(302);
    });

    it("that removes a consumer keeps its database", async () => {
        shared.stack.configure(shared.configuration({ ...kept, consumers: [{ name: "paperless", redisIndex: 2 }] }));
        await shared.stack.up();
        expect(await databases()).to.include.members(["authentik", "paperless", "n8n"]);
        expect(Object.keys((await shared.stack.outputs())["databases"]?.value as object)).to.deep.equal(["paperless"]);
        expect(await volumes(shared.stack.prefix)).to.include("it-a-pg_data");
        await expectServing(shared.ports);
    });
});

const kept = { "settings.log_level": "debug", "worker.memory": "900m" };

function wiki(ports: Ports): Record<string, unknown> {
    const externalHost = originOf("wiki", ports.server, ports);
    const provider = { type: "proxy", outpost: "ak-outpost-wiki", externalHost };
    return {
        "outposts[2]": { name: "ak-outpost-wiki", networks: ["backend"] },
        "applications[3]": { slug: "wiki", name: "Wiki", provider: { ...provider, internalHost: "http://wiki:80" } },
    };
}

async function unconcerned() {
    return (await containers("it-a-")).filter(({ name }) => !/authentik-(server|worker)/.test(name));
}

async function databases(): Promise<string[]> {
    const sql = "SELECT datname FROM pg_database";
    const { id } = await container("it-a-authentik-postgres");
    return (await docker("exec", "--user", "postgres", id, "psql", "-Atc", sql)).split("\n");
}
