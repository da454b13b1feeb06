import { expect } from "chai";
import { lastVersions } from "../../../authentik/releases";
import { type Configuration } from "../../support/configuration";
import { standIns } from "../../support/stand-ins";
import { devConfiguration, devPorts, type Ports } from "../support/dev";
import { containers, networks, running, volumes } from "../support/host";
import { StackUnderTest } from "../support/stack-under-test";
import { Apart, type Course } from "./killing";
import type { FaultName } from "./list";
import { Trial } from "./trial";

const prefix = "it-fk-";
const points = 10;
const [former = "", next = ""] = lastVersions.filter((version) => /^2025\.(8|10)\./.test(version));
const quiet = () => undefined;

// Takes half an hour: each point of a first `up` and of an upgrade wants a stack of its own.
const some = process.env.FAULTS === "all" ? describe : describe.skip;

some("a command that is killed, and its engine with it", () => {
    let ports: Ports;
    let stack: StackUnderTest;
    let trial: Trial;
    /** How each went that nobody killed, and what there was afterwards. */
    const whole: Partial<Record<FaultName, { course: Course; there: string[] }>> = {};

    before(async () => {
        ports = await devPorts();
        await (await standIns()).buildStandInImages(quiet, next);
    });
    afterEach(() => stack.close());

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
        expect(await running(prefix), "those that run").to.have.length(all.length);
        const names = all.map(({ name }) => name.replace(/-[0-9a-f]+$/, ""));
        return [...names, ...(await volumes(prefix)), ...(await networks(prefix))].sort();
    }

    /**
     * At point 0 it is not killed, to know how it goes.
     *
     * @param rows whether they are written before it is killed, or as soon as there is a database. Default: neither.
     */
    async function suffer(
        name: FaultName,
        point: number,
        [work, what]: [string, string?],
        rows?: "before" | "soon",
    ): Promise<void> {
        const { course, there: expected } = whole[name] ?? {};
        const begin = () => new Apart(stack, work, what);
        if (course === undefined) {
            whole[name] = { course: await begin().whole(), there: await there() };
            return;
        }
        const { ledger } = trial;
        let written: Promise<unknown> = Promise.resolve();
        await trial.suffer(name, {
            writes: rows === "before",
            cause: async () => {
                const killing = begin().killedAt(course.moment(point, points));
                if (rows === "soon") written = ledger.openSoon().then(() => ledger.during(() => killing));
                await killing;
            },
            cure: async () => {
                await begin().whole();
                await written;
            },
        });
        expect(await there()).to.deep.equal(expected);
    }

    for (let point = 0; point <= points; point++)
        it(
            point === 0 ? "ends when nobody kills it" : `is gone on with after point ${point} of ${points}`,
            async () => {
                stack = await StackUnderTest.open(prefix, await configuration(0));
                trial = new Trial(stack, ports);

                await suffer("upKilled", point, ["start"], "soon");
                if (point === 0) await trial.ledger.open();
                stack.configure(await configuration(64));
                await suffer("updateKilled", point, ["start"], "before");
                await suffer("restoreKilledAnywhere", point, ["restore", await trial.saved()]);
                await suffer("upgradeKilled", point, ["upgrade", next], "before");
                expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
            },
        );
});
