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
        trial = await Trial.begin(stack, ports, async () => {
            for (const port of Object.values(ports)) await machine.relay(Number(port));
        });
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
});
