import { expect } from "chai";
import { lastVersions } from "../../../authentik/releases";
import type { Configuration } from "../../support/configuration";
import { standIns } from "../../support/stand-ins";
import { devConfiguration, devPorts, type Ports } from "../support/dev";
import { containers, networks, running, volumes } from "../support/host";
import { StackUnderTest } from "../support/stack-under-test";
import { Apart } from "./killing";
import { type FaultName, says } from "./list";
import { Trial } from "./trial";

const prefix = "it-fk-";
const points = 10;
const [former = "", next = ""] = lastVersions.filter((version) => /^2025\.(8|10)\./.test(version));
const quiet = () => undefined;

// Takes half an hour.
const some = process.env.FAULTS === "all" ? describe : describe.skip;

some("a command that is killed, and its engine with it", () => {
    let ports: Ports;
    let stack: StackUnderTest;
    let trial: Trial;

    before(async () => {
        ports = await devPorts();
        await (await standIns()).buildStandInImages(quiet, next);
        await open();
    });
    after(() => stack.close());

    /** Another `more` replaces every container but that of the backups. */
    async function configuration(more: number): Promise<Configuration> {
        const images = await (await standIns()).buildStandInImages(quiet, former);
        return devConfiguration(prefix, ports, images, {
            ...{ version: former, consumers: [{ name: "paperless" }] },
            ...{ "server.memory": `${1024 + more}m`, "worker.memory": `${1024 + more}m` },
            ...{ "postgres.memory": `${512 + more}m`, "redis.memory": `${256 + more}m` },
            ...{ "outposts[0].memory": `${128 + more}m`, "outposts[1].memory": `${128 + more}m` },
        });
    }

    /** Containers without the random ends of their names, volumes and networks. */
    async function there(): Promise<string[]> {
        const all = await containers(prefix);
        expect(all, "those that run").to.have.deep.members(await running(prefix));
        const names = all.map(({ name }) => name.replace(/-[0-9a-f]+$/, ""));
        return [...names, ...(await volumes(prefix)), ...(await networks(prefix))].sort();
    }

    /** A new stack in the place of the former one. */
    async function open(): Promise<void> {
        await (stack as StackUnderTest | undefined)?.close();
        stack = await StackUnderTest.open(prefix, await configuration(0));
        trial = new Trial(stack, ports);
    }

    /** Brings the stack up. */
    async function begin(): Promise<void> {
        await new Apart(stack, "start").whole();
        await trial.ledger.open();
    }

    /**
     * Lets it go once, to know how it goes; then it is killed at ten points, each time gone on with by the next one, and the last
     * one is left alone.
     *
     * @param renew makes that there is all to do again. Default: there always is.
     * @param rows are written while it is killed, as soon as there is a database. Default: false.
     */
    async function suffer(
        name: FaultName,
        work: [string, string?],
        { renew = () => Promise.resolve(), rows = false }: { renew?: () => Promise<void>; rows?: boolean },
    ): Promise<void> {
        const run = () => new Apart(stack, ...work);
        const course = await run().whole();
        const expected = await there();
        await renew();
        const killed = async () => {
            for (let point = 1; point <= points; point++)
                expect(await run().isKilledWhen(course.isSoFar(point, points)), `killed at ${point}`).to.equal(true);
        };
        let written: Promise<unknown> = Promise.resolve();
        await trial.suffer(name, {
            writes: false,
            cause: async () => {
                const killing = killed();
                const { ledger } = trial;
                if (rows) written = ledger.openSoon().then(() => ledger.during(() => killing));
                await Promise.race([killing, written.then(() => killing)]);
            },
            cure: async () => {
                await run().whole();
                await written;
            },
        });
        expect(await there()).to.deep.equal(expected);
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    }

    it(says("upKilled"), async () => {
        await suffer("upKilled", ["start"], { renew: open, rows: true });
    });

    it(says("updateKilled"), async () => {
        let more = 0;
        const renew = async () => stack.configure(await configuration((more += 16)));
        await begin();
        await renew();
        await suffer("updateKilled", ["start"], { renew, rows: true });
    });

    it(says("restoreKilledAnywhere"), async () => {
        await begin();
        await trial.ledger.during(() => Promise.resolve());
        const id = await trial.saved();
        await suffer("restoreKilledAnywhere", ["restore", id], {});
    });

    it(says("upgradeKilled"), async () => {
        const renew = async () => {
            await open();
            await begin();
        };
        await renew();
        await suffer("upgradeKilled", ["upgrade", next], { renew, rows: true });
    });
});
