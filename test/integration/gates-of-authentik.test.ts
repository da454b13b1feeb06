import type { ContainerArgs } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ContainerTransform } from "../../components";
import { DockerConnection } from "../../engine/connection";
import { resourceLabel } from "../../engine/labels";
import { eventually } from "../contract/support/containers";
import { container, containers, docker, type Listed, running, tryDocker } from "./support/host";
import { libraryProgram, outpostNames } from "./support/library";
import { freePorts } from "./support/ports";
import { SmallStack } from "./support/small-stack";
import { get } from "./support/visit";

const prefix = "it-l-";
const attempts = { up: false, "a second up": false, "a third up": false, "up --refresh": true };

/** Ends at once, with a cause that its log names. */
const crashes: ContainerTransform = (args) => {
    args.entrypoints = ["sh", "-c", "echo the cause that only it knows; exit 3"];
};

describe("an authentik made with the components as a library, without the proof at the end", () => {
    let stack: SmallStack;
    let port: number;
    let transform: Record<string, ContainerTransform> = {};

    before(async () => {
        [port = 0] = await freePorts(1);
        stack = await SmallStack.open(prefix, (bench) => libraryProgram(bench, { prefix, port, transform }));
        await stack.up();
    });
    after(() => stack.close());
    afterEach(() => {
        transform = {};
    });

    // Those of a group start side by side, so one update tries them all.
    const groups = [["postgres-server", "redis-server"], ["server", "worker"], outpostNames];
    const roles = groups.flat();
    for (const group of groups) {
        describe(`whose ${group.join(" and ")} do not get healthy`, () => {
            let served: Listed[];
            let said = "";
            before(async () => {
                served = await running(prefix);
            });

            for (const [attempt, refresh] of Object.entries(attempts)) {
                it(`${attempt} fails and says why, and what served serves`, async () => {
                    transform = Object.fromEntries(group.map((role) => [role.replace(/-server$/, ""), crashes]));
                    const { record } = await stack.failingUp({ refresh });
                    expect(record.errors)
                        .to.match(/(exited with code 3|keeps crashing \(exit code 3)/)
                        .and.contain("the cause that only it knows");
                    said += record.errors;
                    expect(await running(prefix), "what ran before and nothing else").to.have.deep.members(served);
                    // The server and its databases were stopped for the attempt, and start anew.
                    await serves(120);
                });
            }

            it("every one of them failed at its step", () => {
                for (const role of group) expect(said, role).to.contain(`${prefix}${role}-healthy`);
            });

            it("one up with the right configuration heals, and leaves nothing of what failed", async () => {
                await stack.up();
                await serves(0);
                const names = (await containers(prefix)).map(({ name }) =>
                    name.slice(prefix.length, -"-1234567".length),
                );
                expect(names, "one of each").to.have.members(roles);
                const recorded = await stack.recorded();
                for (const role of group)
                    expect(
                        recorded.filter((name) => name === `${prefix}${role}-healthy`),
                        role,
                    ).to.have.length(1);
                // A worker ends when its database goes, and Docker starts it again once everything serves: that is waited for.
                const { changes } = await stack.up({ refresh: true });
                expect(changes.filter((change) => change !== `update ${prefix}worker-healthy`)).to.deep.equal([]);
            });
        });
    }

    it("says which of its databases the server lacks, in the server's own words, within a minute", async () => {
        for (const [variable, words] of Object.entries({
            AUTHENTIK_POSTGRESQL__HOST:
                "PostgreSQL connection failed, retrying... ([Errno -2] Name or service not known)",
            AUTHENTIK_REDIS__HOST:
                "Redis Connection failed, retrying... (Error -2 connecting to nohost:6379. Name or service not known.)",
        })) {
            transform = { server: (args) => void (args.envs = withVariable(args.envs, variable, "nohost")) };
            const { record, seconds } = await stack.failingUp();
            expect(record.errors).to.contain(`${prefix}authentik-server is alive but not ready: ${words}`);
            expect(seconds).to.be.lessThan(60);
        }
        transform = {};
        await stack.up();
        await serves(0);
    });

    it("ends the wait for everything else when one container names its cause", async () => {
        // The server would be waited for a quarter of an hour.
        transform = { worker: crashes, server: (args) => void (args.entrypoints = ["sh", "-c", "sleep 3600"]) };
        // Docker remembers only its last 256 events, health checks included: so they are listened to.
        const deaths: { role: string; time: number }[] = [];
        const filters = { event: ["die"], label: [resourceLabel] };
        const told = await (await new DockerConnection().client()).getEvents({ filters });
        createInterface(told).on("line", (line) => {
            const { Actor, timeNano } = JSON.parse(line) as {
                Actor: { Attributes: Record<string, string> };
                timeNano: number;
            };
            deaths.push({ role: Actor.Attributes[resourceLabel] ?? "", time: timeNano / 1e9 });
        });
        const { record } = await stack.failingUp();
        (told as Readable).destroy();
        const of = (role: string) => deaths.filter((death) => death.role === `${prefix}${role}`);
        const caused = of("worker").at(0)?.time ?? Number.NaN;
        // The server that was waited for is stopped when its wait ends; the former one starts after that.
        const waited = of("server").at(-1)?.time ?? Number.NaN;
        expect(record.errors).to.contain("the cause that only it knows");
        expect(record.errors).to.contain(`${prefix}authentik-server: the wait ended, since ${prefix}authentik-worker `);
        expect(waited - caused, "seconds from the cause to the end of the wait").to.be.lessThan(15);
        transform = {};
        await stack.up();
        await serves(0);
    });

    for (const [what, disturb] of Object.entries({
        "every container was stopped": (ids: string[]) => docker("stop", "--time", "2", ...ids),
        "every container was killed": (ids: string[]) => docker("kill", ...ids),
        "every container was restarted": (ids: string[]) => docker("restart", "--time", "2", ...ids),
    }))
        it(`serves as soon as a plain up is over, after ${what}, and a second one has nothing to do`, async () => {
            const before = await containers(prefix);
            await disturb(before.map(({ id }) => id));
            await stack.up();
            await serves(0);
            expect(await containers(prefix)).to.have.deep.members(before);
            expect((await stack.up()).changes).to.deep.equal([]);
        });

    for (const role of roles)
        it(`serves as soon as a plain up is over, after ${role} was stopped`, async () => {
            const { id } = await container(`${prefix}${role}-`);
            await docker("stop", "--time", "2", id);
            await stack.up();
            await serves(0);
            expect((await stack.up()).changes).to.deep.equal([]);
        });

    it("says what to do when a container was removed, and does it with --refresh", async () => {
        const { id } = await container(`${prefix}ak-outpost-ldap-`);
        await docker("rm", "--force", "--volumes", id);
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain(
            `${prefix}ak-outpost-ldap was removed outside of Pulumi; \`pulumi up --refresh\` creates it again`,
        );
        await stack.up({ refresh: true });
        await serves(0);
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it("is not changed by a new name of the stack", async () => {
        const before = await containers(prefix);
        await stack.rename("renamed");
        for (const refresh of [false, false, true]) expect((await stack.up({ refresh })).changes).to.deep.equal([]);
        expect(await containers(prefix)).to.have.deep.members(before);
    });

    /** The login page and every outpost answer, within so many seconds. */
    async function serves(seconds: number): Promise<void> {
        const login = `http://authentik.localhost:${port}/if/flow/default-authentication-flow/`;
        await eventually("the login page", seconds, () =>
            get(login).then(
                ({ status }) => status === 200,
                () => false,
            ),
        );
        for (const name of outpostNames)
            await eventually(name, seconds, async () => {
                const [{ id } = { id: "" }] = await running(`${prefix}${name}-`);
                return (await tryDocker("exec", id, `/${name.slice("ak-outpost-".length)}`, "healthcheck")).code === 0;
            });
    }
});

/** Environment variables of which one has another value. */
function withVariable(envs: ContainerArgs["envs"], variable: string, value: string): ContainerArgs["envs"] {
    return pulumi
        .output(envs)
        .apply((entries = []) => [
            ...entries.filter((entry) => !entry.startsWith(`${variable}=`)),
            `${variable}=${value}`,
        ]);
}
