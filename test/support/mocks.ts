import * as pulumi from "@pulumi/pulumi";
import type { AuthentikOutputs, Pending } from "../../components/outputs";
import program from "../../index";
import { asPulumiHandsOver, type Configuration, devConfiguration, project } from "./configuration";
import { absentEngine } from "./engine";
import { type Graph, recordInto, type Registered } from "./recording";
import { onCurrent } from "./runtimes";
import { spareStackTraces } from "./stack-traces";

spareStackTraces();

/** What a program or a component is run with. */
export interface Surroundings {
    /** By key, without the namespace. Default: that of Pulumi.dev.yaml, with ports of the host. */
    configuration?: Configuration;
    /** Keys that were set as secrets. Default: none. */
    secretKeys?: string[];
    /** The provider's `docker:host`. Default: unset. */
    dockerHost?: string;
    /** Outputs of other stacks by name, their secret leaves as secret outputs. Default: none. */
    stacks?: Record<string, Record<string, unknown>>;
    /** A dry run, in which nothing is created and what only the provider could tell is unknown. Default: false. */
    preview?: boolean;
    stack?: string;
}

/** What became of a run. */
export interface Run<T> {
    /** What the program or the function returned; outputs in it are still outputs. */
    result: T;
    /** Every resource, in the order of registration, without the root stack. */
    resources: Registered[];
}

/** Runs the whole program under mocks and waits until every resource is registered. */
export function runProgram(surroundings: Surroundings = {}): Promise<Run<Pending<AuthentikOutputs>>> {
    return runUnderMocks(program, surroundings);
}

/** Runs a function that makes resources under mocks and waits until every one is registered. */
export async function runUnderMocks<T extends object>(
    make: () => T | Promise<T>,
    surroundings: Surroundings = {},
): Promise<Run<T>> {
    // A test must neither see nor touch an engine that happens to be there.
    process.env.DOCKER_HOST = absentEngine;
    const graph = await startMocks(surroundings);
    let result: T | undefined;
    await pulumi.runtime.runInPulumiStack(async () => {
        pulumi.runtime.registerStackTransformation(graph.transformation);
        result = await make();
        return result;
    });
    await pulumi.runtime.disconnect();
    if (result === undefined) throw new Error("the program returned nothing");
    return { result, resources: await graph.finish() };
}

/** Sets up mocks and configuration without running anything, for code that only reads the configuration. */
export async function startMocks(surroundings: Surroundings): Promise<Graph> {
    const { configuration = devConfiguration(), secretKeys = [], dockerHost, stacks = {} } = surroundings;
    const { preview = false, stack = "dev" } = surroundings;
    const graph = recordInto({ preview, stacks });
    await pulumi.runtime.setMocks(graph.mocks, project, stack, preview, "organization");
    graph.adjust(pulumi.runtime.getMonitor());
    pulumi.runtime.setAllConfig(
        {
            ...asPulumiHandsOver(onCurrent(configuration)),
            ...(dockerHost === undefined ? {} : { "docker:host": dockerHost }),
        },
        secretKeys.map((key) => `${project}:${key}`),
    );
    return graph;
}
