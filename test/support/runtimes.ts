import { containersOf } from "../../policy/container";
import type { Configuration } from "./configuration";
import { absentEngine, type FakeEngine, startEngine } from "./engine";
import type { Registered } from "./recording";

/** What a stack can run on: what the program makes of the rest of its configuration is the same. */
const runtimes = ["docker-host", "swarm"] as const;
type Runtime = (typeof runtimes)[number];

/** The one that tests run for now, and the one that they are being defined for. */
let current: Runtime = "docker-host";
let defining: Runtime = "docker-host";

/**
 * Tests of the program that ask nothing of one host alone: they run for each runtime. What they find as a container is on a Swarm that
 * of a service, with the arguments of a container.
 */
export function onEach(title: string, suite: (this: Mocha.Suite) => void): void {
    for (const runtime of runtimes)
        describe(`${title}, on ${runtime === "swarm" ? "a Swarm" : "a Docker host"}`, function () {
            let engine: FakeEngine | undefined;
            before(async () => {
                current = runtime;
                // The manager is asked for the users of images.
                if (runtime === "swarm") engine = await startEngine({}, absentEngine);
            });
            after(async () => {
                current = "docker-host";
                await engine?.close();
            });
            defining = runtime;
            suite.call(this);
        });
}

/** A test of {@link onEach} that asks for what only one host has: its own forms of arguments, or what it does. */
export function itOnHost(title: string, test: Mocha.Func | Mocha.AsyncFunc): void {
    if (defining === "docker-host") it(title, test);
}

/** A configuration on the runtime that tests run for now: a Swarm publishes at every address. */
export function onCurrent(configuration: Configuration): Configuration {
    if (current === "docker-host" || "runtime" in configuration) return configuration;
    const published = (value: unknown): unknown =>
        Array.isArray(value)
            ? value.map(published)
            : typeof value === "object" && value !== null
              ? Object.fromEntries(
                    Object.entries(value).map(([key, inner]) => [
                        key,
                        key === "ports" && Array.isArray(inner)
                            ? inner.map((port: object) => ({ ...port, ip: "0.0.0.0" }))
                            : key === "addresses"
                              ? ["0.0.0.0"]
                              : published(inner),
                    ]),
                )
              : value;
    return { ...(published(configuration) as Configuration), runtime: "swarm" };
}

interface ServicePort {
    targetPort: number;
    publishedPort: number;
    protocol: string;
}

/** A service as a container, for tests that run for each runtime. */
export function asContainer(resource: Registered): Registered {
    if (current === "docker-host" || resource.type !== "docker:index/service:Service") return resource;
    const [found] = containersOf({ type: resource.type, props: resource.inputs });
    const { hostname, memory, mounts, labels, ...rest } = found?.inputs ?? {};
    const { ports } = resource.inputs.endpointSpec as { ports?: ServicePort[] };
    const inputs = {
        ...rest,
        ports: ports?.map(({ targetPort: internal, publishedPort: external, protocol }) => ({
            ...{ internal, external, ip: "0.0.0.0", ...(protocol === "tcp" ? {} : { protocol }) },
        })),
        hostname: String(hostname).replace("-{{.Task.Slot}}", ""),
        memory: Number(memory) / 1024 ** 2,
        mounts: (mounts as { type: string }[]).filter(({ type }) => type !== "tmpfs"),
        labels: resource.inputs.labels ?? labels,
    };
    return { ...resource, type: "docker:index/container:Container", inputs };
}
