import { Buffer } from "node:buffer";
import type { DockerConnection } from "../../engine/connection";
import { resourceLabel, stackLabel } from "../../engine/labels";

/** A task as the manager tells it. */
export function task(State: string, more: { Err?: string; DesiredState?: string; ID?: string } = {}) {
    const { Err, DesiredState = "running", ID = "task" } = more;
    return {
        ID,
        CreatedAt: ID,
        NodeID: "node",
        DesiredState,
        Status: { State, Err, ContainerStatus: { ExitCode: 0 } },
    };
}

/** A service of a fake manager. */
export interface FakeService {
    replicas: number;
    /** Of another stack or a job, where it is not a workload of this one. */
    labels?: Record<string, string>;
    isJob?: boolean;
    volume?: string;
    /** Its tasks with so many containers. */
    tasks: (replicas: number, looks: number) => ReturnType<typeof task>[];
}

/** A manager with these services. What is done to them is in `done`, e.g. `new=1`. */
export function manager(
    services: Record<string, FakeService>,
    options: { log?: () => Buffer; fails?: string[]; refusal?: string } = {},
) {
    const done: string[] = [];
    const looks = new Map<string, number>();
    const specOf = (id: string) => {
        const { replicas, labels, isJob, volume } = services[id] as FakeService;
        return {
            ...{ ID: id, CreatedAt: id, Version: { Index: 1 } },
            Spec: {
                Name: id,
                Labels: labels ?? { [stackLabel]: "stack", [resourceLabel]: "server" },
                Mode: isJob === true ? { ReplicatedJob: {} } : { Replicated: { Replicas: replicas } },
                TaskTemplate: { ContainerSpec: { Image: "image", Mounts: [{ Type: "volume", Source: volume }] } },
            },
        };
    };
    const connection = {
        get: (path: string) => {
            if (path === "/nodes")
                return Promise.resolve([{ ID: "node", Description: { Hostname: "one" }, Status: { State: "ready" } }]);
            if (path === "/services") return Promise.resolve(Object.keys(services).map(specOf));
            const id = Object.keys(services).find((one) => decodeURIComponent(path).includes(`"${one}"`)) ?? "";
            looks.set(id, (looks.get(id) ?? 0) + 1);
            done.push(`look ${id}`);
            const fake = services[id] as FakeService;
            return Promise.resolve(fake.tasks(fake.replicas, looks.get(id) ?? 0));
        },
        bytes: (path: string) => {
            done.push(path);
            const { log } = options;
            return log === undefined ? Promise.reject(new Error("the node is silent")) : Promise.resolve(log());
        },
        credentials: () => Promise.resolve(undefined),
        refusalOf: (image: string) => {
            done.push(`ask for ${image}`);
            return Promise.resolve(options.refusal);
        },
        client: () =>
            Promise.resolve({
                getService: (id: string) => ({
                    inspect: () => Promise.resolve(specOf(id)),
                    update: ({ _body: { Mode } }: { _body: { Mode: { Replicated: { Replicas: number } } } }) => {
                        const change = `${id}=${Mode.Replicated.Replicas}`;
                        if (options.fails?.includes(change) === true) return Promise.reject(new Error("no leader"));
                        done.push(change);
                        (services[id] as FakeService).replicas = Mode.Replicated.Replicas;
                        return Promise.resolve();
                    },
                }),
            }),
    };
    const changes = () => done.filter((one) => /^\w+=/.test(one));
    return { connection: connection as unknown as DockerConnection, done, changes };
}

/** What a promise fails with; empty where it does not. */
export const failure = (promise: Promise<unknown>) =>
    promise.then(
        () => "",
        (error: Error) => error.message,
    );
