import { expect } from "chai";
import { draftRotation, writeDraft } from "../../cli/rotation/draft";
import { nextRotation, readSecrets } from "../../cli/rotation/secrets";
import { bringUp, settle } from "../../cli/stack/up";
import { devConfiguration, devPorts, type Ports } from "./support/dev";
import { type Door, doorsOf, secretsOf } from "./support/doors";
import { container, tryDocker } from "./support/host";
import { killedUp } from "./support/killed";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-rk-";
const names = ["database/authentik", "redis", "admin-password", "outpost/ak-outpost-cwad"];

describe("a rotation that is killed", () => {
    let stack: StackUnderTest;
    let ports: Ports;
    let doors: Record<string, Door>;
    let old: Record<string, string>;

    before(async () => {
        ports = await devPorts();
        const { images } = await openBench();
        stack = await StackUnderTest.open(prefix, devConfiguration(prefix, ports, images));
        await stack.up();
        const all = doorsOf(prefix, ports.server);
        doors = Object.fromEntries(names.map((name) => [name, all[name] ?? (() => Promise.reject(new Error(name)))]));
    });
    beforeEach(async () => {
        old = await secretsOf(stack, names);
    });
    after(() => stack.close());

    for (const [moment, isThere] of Object.entries({
        "while Redis is replaced": () => isReplaced("authentik-redis"),
        "after the role was altered": () => isRefused("database/authentik"),
        "while the server is replaced": () => isReplaced("authentik-server"),
        "after the token was changed in authentik": () => isRefused("outpost/ak-outpost-cwad"),
        "while the outpost is replaced": () => isReplaced("authentik-ak-outpost-cwad"),
    })) {
        it(`${moment} is finished by the next start`, async () => {
            const known = await readSecrets(stack.opened);
            writeDraft(stack.opened, draftRotation(stack.opened, nextRotation(known, names, "it-rk")));
            await killedUp(stack, await isThere());

            expect(await settle(() => undefined, stack.opened)).to.equal(true);
            await bringUp(() => undefined, stack.opened, true);

            const now = await secretsOf(stack, names);
            for (const [name, door] of Object.entries(doors)) {
                expect(await door(old[name] ?? ""), `the old ${name} is let in`).to.equal(false);
                expect(await door(now[name] ?? ""), `the new ${name} is let in`).to.equal(true);
            }
            await expectServing(ports);
        });
    }

    it("leaves nothing to do", async () => {
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    /** True once a container of that role is another than now. */
    async function isReplaced(role: string): Promise<() => Promise<boolean>> {
        const { id } = await container(`${prefix}${role}`);
        return async () => {
            const listed = await tryDocker(
                ...["ps", "--all", "--quiet", "--no-trunc", "--filter"],
                `name=${prefix}${role}`,
            );
            return listed.output.split("\n").some((other) => other !== "" && other !== id);
        };
    }

    /** True once the value from before is refused. */
    function isRefused(name: string): Promise<() => Promise<boolean>> {
        const value = old[name] ?? "";
        // While what asks for it is replaced there is no telling.
        return Promise.resolve(
            () =>
                doors[name]?.(value).then(
                    (opened) => !opened,
                    () => false,
                ) ?? Promise.resolve(false),
        );
    }
});
