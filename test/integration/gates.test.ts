import type { PulumiFn } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { DockerHost } from "../../engine/docker-host";
import type { Workload } from "../../engine/workload";
import { containers, docker } from "./support/host";
import { Outage } from "./support/outage";
import { freePorts } from "./support/ports";
import { SmallStack } from "./support/small-stack";
import type { Bench } from "./support/workplace";

const prefix = "it-g-";

/** What a container of one kind does instead of its work. */
const sick = {
    change: { entrypoint: ["sleep", "600"], health: healthWithin(4) },
    cause: /app was not healthy within 4 seconds \(its health check says: .*Connection refused/,
};
const crashing = {
    change: { entrypoint: ["sh", "-c", "echo last words; exit 3"] },
    cause: /app (keeps crashing \(exit code 3|exited with code 3)[^]*last words/,
};

const attempts = { up: false, "a second up": false, "a third up": false, "up --refresh": true };

describe("a workload of a small program", () => {
    let stack: SmallStack;
    let port: number;
    /** What the program runs, by name. */
    let workloads: Record<string, Partial<Workload>> = {};

    before(async () => {
        [port = 0] = await freePorts(1);
        stack = await SmallStack.open(prefix, (bench) => program(bench, workloads));
    });
    after(() => stack.close());

    const plain = () => ({});
    const published = () => ({ publish: { port: 8000, on: [{ port, ip: "127.0.0.1" }] } });
    const exclusive = () => ({ mounts: [{ source: `${prefix}data`, target: "/data", exclusive: true }] });
    for (const [title, declared, { change, cause }] of [
        ["replaced by one that never gets healthy", plain, sick],
        ["replaced by one that ends at once", plain, crashing],
        ["with a port of the host, replaced by one that never gets healthy", published, sick],
        ["that alone may use its volume, replaced by one that ends at once", exclusive, crashing],
    ] as const) {
        describe(title, () => {
            let old: string;
            let started: string;
            before(async () => {
                workloads = { app: declared() };
                await stack.up();
                [old = ""] = await running("app");
                started = await startOf(old);
            });

            for (const [attempt, refresh] of Object.entries(attempts)) {
                it(`${attempt} fails and says why, and what served serves`, async () => {
                    workloads = { app: { ...declared(), ...change }, after: {} };
                    const outage = new Outage(`http://app.localhost:${port}/`, 200);
                    const { record } = await stack.failingUp({ refresh });
                    const seconds = await outage.end();
                    expect(record.errors).to.match(cause);
                    expect(await running("app"), "the old one alone runs").to.deep.equal([old]);
                    expect(await containers(`${prefix}after`), "what depends on it was not made").to.deep.equal([]);
                    if (declared === plain) expect(await startOf(old), "never stopped").to.equal(started);
                    else expect(record.errors).to.contain("The previous container was started again.");
                    if (declared === published) {
                        console.log(`        not served for ${seconds} s`);
                        expect((await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200);
                    }
                });
            }

            it("one up with the right configuration heals, and leaves nothing of what failed", async () => {
                workloads = { app: { ...declared(), variables: { CORRECTED: "1" } }, after: {} };
                await stack.up();
                expect(await containers(prefix)).to.have.length(2);
                expect(await running("app"))
                    .to.have.length(1)
                    .and.not.include(old);
                expect((await stack.recorded()).filter((name) => name === `${prefix}app`)).to.have.length(1);
                expect((await stack.up()).changes).to.deep.equal([]);
                expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
            });
        });
    }

    it("follows its tag: replaced once that is another image, which has to get healthy, and by nothing else", async () => {
        const tag = `${prefix}image:1`;
        const taken = async (change: string) => {
            const made = await docker("create", stack.bench.images.app);
            await docker("commit", "--change", change, made, tag);
            await docker("rm", made);
        };
        const image = (id: string) => docker("inspect", "--format", "{{.Image}}", id);
        await docker("tag", stack.bench.images.app, tag);
        try {
            workloads = { app: { image: tag } };
            await stack.up();
            const [first = ""] = await running("app");
            expect((await stack.preview()).changes).to.deep.equal([]);

            await taken("LABEL repaired=yes");
            const repaired = await docker("image", "inspect", "--format", "{{.Id}}", tag);
            const preview = await stack.preview();
            expect(preview.output).to.contain(`app will be replaced: ${tag} is another image on the Docker host`);
            expect(preview.changes.join()).to.contain(`${prefix}app`);
            await stack.up();
            const [second = ""] = await running("app");
            expect(second).to.not.equal(first);
            expect(await image(second)).to.equal(repaired);
            expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);

            await taken('ENTRYPOINT ["false"]');
            await stack.failingUp();
            expect(await running("app"), "what served serves").to.deep.equal([second]);
            await docker("tag", repaired, tag);
            await stack.up();
            const healed = await running("app");
            expect(await Promise.all(healed.map(image))).to.deep.equal([repaired]);
            expect((await stack.up()).changes).to.deep.equal([]);
        } finally {
            await docker("image", "rm", "--force", tag);
        }
    });

    it("that never became healthy is restored by the previous configuration", async () => {
        workloads = { app: {} };
        await stack.up();
        workloads = { app: sick.change };
        await stack.failingUp();
        workloads = { app: {} };
        await stack.up();
        expect(await containers(prefix)).to.have.length(1);
        expect((await stack.up()).changes).to.deep.equal([]);
    });
});

/** Runs the workloads one after the other: each needs the one before. */
function program({ images }: Bench, workloads: Record<string, Partial<Workload>>): PulumiFn {
    return async () => {
        const host = await DockerHost.observed({ prefix });
        const network = host.network("net", { name: `${prefix}net`, internal: false }, {});
        let healthy = undefined;
        for (const [name, changes] of Object.entries(workloads)) {
            const workload = {
                title: name,
                image: images.app,
                networks: [{ network, aliases: [name] }],
                health: healthWithin(60),
                stopSeconds: 1,
                ...changes,
            };
            healthy = host.run(`${prefix}${name}`, workload, {
                dependsOn: healthy === undefined ? [] : [healthy],
            }).healthy;
        }
    };
}

async function running(name: string): Promise<string[]> {
    const listed = await docker("ps", "--no-trunc", "--quiet", "--filter", `name=${prefix}${name}`);
    return listed.split("\n").filter((id) => id !== "");
}

async function startOf(id: string): Promise<string> {
    return await docker("inspect", "--format", "{{.State.StartedAt}}", id);
}

function healthWithin(readySeconds: number): Workload["health"] {
    return { command: ["stand-in-health", "127.0.0.1:8000", "/"], startSeconds: 1, readySeconds };
}
