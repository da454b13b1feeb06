import type { Configuration } from "../../support/configuration";
import { devConfiguration, gatewayPorts, originOf, type Ports } from "./dev";
import { removeAll } from "./host";
import type { Operation } from "./operation";
import { StackUnderTest } from "./stack-under-test";
import { watchContainers } from "./watch";

/** The stack that the numbered files share, in that order: each takes it as it is and leaves it as it was. */
export interface SharedStack {
    stack: StackUnderTest;
    ports: Ports;
    /** Its configuration, anew at each call; `changes` by path. */
    configuration: (changes?: Record<string, unknown>) => Configuration;
    /** How it was brought up from nothing. */
    created: Operation;
    /** What Docker said meanwhile of every container, also of those that ended. */
    seen: string;
}

const prefix = "it-a-";
let shared: Promise<SharedStack> | undefined;

/** The development configuration on stand-ins, up; one application more than there, since strangers need two. */
export function sharedStack(): Promise<SharedStack> {
    shared ??= create();
    return shared;
}

async function create(): Promise<SharedStack> {
    const ports = await gatewayPorts();
    const stack = await StackUnderTest.open(prefix, {});
    const { images, gateway } = stack.bench;
    const configuration = (changes: Record<string, unknown> = {}) =>
        devConfiguration(
            prefix,
            ports,
            { ...images, gateway },
            {
                "applications[2]": behindCwad("calibre", ports),
                ...changes,
            },
        );
    stack.configure(configuration());
    const watch = watchContainers(stack.opened.identity);
    const created = await stack.up();
    return { stack, ports, configuration, created, seen: await watch.end() };
}

/** An application behind the second outpost. */
export function behindCwad(slug: string, ports: Ports): object {
    const externalHost = originOf(slug, ports.cwad, ports);
    const provider = { type: "proxy", outpost: "ak-outpost-cwad", externalHost, internalHost: "http://cwad:8084" };
    return { slug, name: `The ${slug}`, provider };
}

after(async function () {
    if (shared === undefined) return;
    this.timeout(120_000);
    await shared.then(
        ({ stack }) => stack.close(),
        () => removeAll(prefix),
    );
});
