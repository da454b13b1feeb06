import * as pulumi from "@pulumi/pulumi";
import { DockerConnection } from "../../engine/connection";
import { DockerHost } from "../../engine/docker-host";
import type { Workload } from "../../engine/workload";
import { type Clock, startClock } from "./clock";
import { type Behaviour, type FakeEngine, startEngine } from "./engine";
import { step } from "./find";
import { failureOf } from "./hooks";
import { runUnderMocks } from "./mocks";

/** Password in a file of the workload. */
export const password = "hunter2-hunter2";
/** The workload that is started. */
export const workload: Workload = {
    title: "redis",
    image: "redis:7",
    user: "999",
    files: [
        {
            path: "/etc/redis/redis.conf",
            content: pulumi.secret(`requirepass ${password}\n`),
            secrets: [pulumi.secret(password)],
        },
    ],
    networks: [],
    health: { command: ["redis-cli", "ping"], startSeconds: 30, readySeconds: 30 },
    stopSeconds: 10,
    pids: 64,
};

/** An engine that is not there, and the start of a workload's container on it; both anew for each test. */
export function startBench() {
    let engine: FakeEngine;
    let clock: Clock;
    beforeEach(() => {
        clock = startClock();
    });
    afterEach(async () => {
        clock.stop();
        await engine.close();
    });

    const open = async (behaviour: Behaviour = {}) => {
        engine = await startEngine(behaviour);
        return engine;
    };
    const registered = async (behaviour: Behaviour, changes: Partial<Workload> = {}) => {
        await open(behaviour);
        engine.provide("thing-id", "999");
        const host = () => new DockerHost({ connection: new DockerConnection({ host: engine.host }) });
        return (await runUnderMocks(() => host().run("thing", { ...workload, ...changes }, {}))).resources;
    };
    const start = async (behaviour: Behaviour = {}, changes: Partial<Workload> = {}) =>
        failureOf(step(await registered(behaviour, changes), "thing-healthy"), "beforeCreate");
    const at = (pattern: RegExp) => engine.requests.findIndex((line) => pattern.test(line));
    /** What was done with containers, in order. */
    const deeds = () =>
        engine.requests.flatMap((line) => {
            const [, id, deed] = /^POST \/containers\/([^/]+)\/(start|stop)/.exec(line) ?? [];
            return deed === undefined ? [] : [`${deed} ${id}`];
        });
    const unhealthy = (id: string): Behaviour => ({
        exec: (_, __, asked) => ({ code: asked === id ? 1 : 0, output: "no" }),
    });

    return { engine: () => engine, clock: () => clock, open, registered, start, at, deeds, unhealthy };
}
