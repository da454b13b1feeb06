import { join } from "node:path";
import { devConfiguration, devPorts } from "../support/dev";
import { StackUnderTest } from "../support/stack-under-test";
import { openBench } from "../support/workplace";
import { says } from "./list";
import { SecondEngine } from "./second-engine";
import { Trial } from "./trial";

const prefix = "it-fd-";

// Takes long: the engine is one of its own, which has no image.
const some = process.env.FAULTS === "all" ? describe : describe.skip;

some("a fault of the Docker daemon", () => {
    let engine: SecondEngine;
    let stack: StackUnderTest;
    let trial: Trial;
    let machines: string | undefined;

    before(async () => {
        const { images, folder } = await openBench();
        const { server, proxy, postgres, redis } = images;
        engine = await SecondEngine.open(join(folder, "second-engine"));
        await engine.load([server, proxy, postgres, redis]);
        machines = process.env.DOCKER_HOST;
        process.env.DOCKER_HOST = engine.docker.host;
        const ports = await devPorts();
        stack = await StackUnderTest.open(prefix, devConfiguration(prefix, ports, images), engine.docker);
        trial = await Trial.begin(stack, ports, async () => {
            for (const port of Object.values(ports)) await engine.relay(Number(port));
        });
    });
    after(async () => {
        await stack.close();
        if (machines === undefined) delete process.env.DOCKER_HOST;
        else process.env.DOCKER_HOST = machines;
        await engine.close();
    });

    it(says("daemonRestarted"), async () => {
        await trial.suffer("daemonRestarted", {
            cause: () => engine.end(),
            cure: () => engine.start(),
        });
        await trial.start();
    });
});
