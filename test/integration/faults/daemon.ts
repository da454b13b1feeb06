import { expect } from "chai";
import { join } from "node:path";
import { devConfiguration, devPorts } from "../support/dev";
import { Machine } from "../support/machine";
import { StackUnderTest } from "../support/stack-under-test";
import { openBench } from "../support/workplace";
import { says } from "./list";
import { Trial } from "./trial";

const prefix = "it-fd-";

// Takes long: the engine is one of its own, which has no image.
const some = process.env.FAULTS === "all" ? describe : describe.skip;

some("a fault of the Docker daemon", () => {
    let machine: Machine;
    let stack: StackUnderTest;
    let trial: Trial;
    let reach: () => Promise<void>;
    let machines: string | undefined;

    before(async () => {
        const { images, folder } = await openBench();
        const { server, proxy, postgres, redis } = images;
        machine = new Machine(join(folder, "second"), { name: "second" });
        await machine.start();
        await machine.load([server, proxy, postgres, redis]);
        machines = process.env.DOCKER_HOST;
        process.env.DOCKER_HOST = machine.docker.host;
        const ports = await devPorts();
        stack = await StackUnderTest.open(prefix, devConfiguration(prefix, ports, images), machine.docker);
        reach = async () => {
            for (const port of Object.values(ports)) await machine.relay(Number(port));
        };
        trial = await Trial.begin(stack, ports, reach);
    });
    after(async () => {
        await stack.close();
        if (machines === undefined) delete process.env.DOCKER_HOST;
        else process.env.DOCKER_HOST = machines;
        await machine.close();
    });

    it(says("daemonRestarted"), async () => {
        await trial.suffer("daemonRestarted", {
            cause: () => machine.end(),
            cure: () => machine.start(),
        });
        await trial.start();
    });

    it(says("daemonKilled"), async () => {
        const starts = await trial.startOf("server");
        await trial.suffer("daemonKilled", {
            cause: () => machine.killEngine(),
            cure: async () => {
                await machine.start();
                // They have the ports that the stack publishes.
                await machine.endRelays();
                await trial.start();
                await reach();
            },
        });
        expect(await trial.startOf("server"), "it was started again").to.not.equal(starts);
    });
});
