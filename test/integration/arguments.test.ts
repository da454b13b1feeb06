import type { PulumiFn } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { DockerHost } from "../../engine/docker-host";
import type { Workload } from "../../engine/workload";
import { type Argument, declaredArguments, networks, prefix } from "./arguments/declared";
import { transformedArguments } from "./arguments/transformed";
import { type Inspected, inspect } from "./support/controls";
import { container, containers, docker } from "./support/host";
import { freePorts } from "./support/ports";
import { SmallStack } from "./support/small-stack";
import type { Bench } from "./support/workplace";

describe("an argument of a container", () => {
    let stack: SmallStack;
    const ports: number[] = [];
    const table: Record<string, Argument> = { ...declaredArguments(ports), ...transformedArguments() };
    /** Index of what is declared; 2 is nothing of all that. */
    let stage: 0 | 1 | 2 = 0;

    before(async () => {
        ports.push(...(await freePorts(2)));
        stack = await SmallStack.open(prefix, (bench) => program(bench, stage));
    });
    after(() => stack.close());

    for (const [index, what] of ["declared", "changed", "no longer declared"].entries()) {
        describe(what, () => {
            let seen: Record<string, Inspected>;
            before(async () => {
                if (index === 1) await fillMemory();
                stage = index as 0 | 1 | 2;
                await stack.up();
                const listed = await containers(prefix);
                const looked = await Promise.all(listed.map(({ id }) => inspect(id)));
                seen = Object.fromEntries(looked.map((one) => [one.Name.slice(1).replace(/-[0-9a-f]{7}$/, ""), one]));
            });

            for (const [title, { see, seen: expected }] of Object.entries(table))
                it(`${title} is what the running container has`, async () => {
                    const one = seen[nameOf(title)];
                    if (one === undefined) throw new Error(`no container ${nameOf(title)}`);
                    expect(one.State.Running).to.equal(true);
                    expect(await see(one)).to.deep.equal(expected[index]);
                });

            it("is nothing to do for another update", async () => {
                expect((await stack.up()).changes).to.deep.equal([]);
                expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
                expect(await containers(prefix)).to.have.length(Object.keys(table).length);
            });
        });
    }

    /** Memory that a limit in place could not take back. */
    async function fillMemory(): Promise<void> {
        const { id } = await container(nameOf("memory below what is used"));
        await docker("exec", id, "sh", "-c", "head -c 80M /dev/zero > /tmp/full");
    }

    function program({ images }: Bench, at: 0 | 1 | 2): PulumiFn {
        return async () => {
            const host = await DockerHost.observed({ prefix });
            const made = Object.fromEntries(
                networks.map((name) => [name, host.network(name, { name: `${prefix}${name}`, internal: true }, {})]),
            );
            for (const [title, { declared }] of Object.entries(table)) {
                const some = at === 2 ? {} : declared[at];
                const { image, ...changes } = typeof some === "function" ? some((name) => made[name] ?? name) : some;
                const workload: Workload = {
                    title: "title",
                    image: image === "nginx" || image === "redis" ? images[image] : images.app,
                    networks: [],
                    health: { command: ["true"], startSeconds: 1, readySeconds: 120 },
                    stopSeconds: 1,
                    // Lighter than what the image does by itself, which is for those that ask for it.
                    ...(["entrypoint", "command"].includes(title) ? {} : { entrypoint: ["sleep", "1000"] }),
                    ...changes,
                };
                host.run(nameOf(title), workload, {});
            }
        };
    }
});

function nameOf(title: string): string {
    return `${prefix}${title.replaceAll(/[^a-zA-Z]+/g, "-").toLowerCase()}`;
}
