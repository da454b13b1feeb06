import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { DockerConnection } from "../../../engine/connection";
import { madeOfLabel, resourceLabel, stackIdentity, stackLabel } from "../../../engine/labels";
import { Swarm } from "../../../engine/swarm";
import { observeSwarm } from "../../../engine/swarm-observation";
import type { Workload } from "../../../engine/workload";
import { project } from "../../support/configuration";
import { runUnderMocks } from "../../support/mocks";

const name = "authentik-postgres-server";
const workload: Workload = {
    title: name,
    image: "example/postgres:17",
    user: "postgres",
    command: ["postgres", "-c", "max_connections=100"],
    files: [
        { path: "/run/secrets/password", content: pulumi.secret("hunter2-hunter2") },
        { path: "/etc/passwd", content: "me:x:1000:", after: "/etc/passwd", secrets: [] },
    ],
    mounts: [{ source: "pg_data", target: "/data", exclusive: true }],
    networks: [],
    health: { command: ["healthcheck"], startSeconds: 180 },
    stopSeconds: 90,
};
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What runs on the Swarm: a service, as the manager lists it. */
interface Runs {
    madeOf: string;
    command?: string[];
}

/** A preview's inputs of the service and its files. The manager has none of the images. */
async function previewed(runs?: Runs, changes: Partial<Workload> = {}) {
    const { madeOf = "", command = ["sh", "-c", "an older script", "sh", "/data", "entrypoint.sh"] } = runs ?? {};
    const ContainerSpec = {
        ...{ Image: "example/postgres:17", Command: command, Args: ["postgres", "-c", "max_connections=100"] },
        Secrets: [{ SecretID: "s1", File: { Name: "/run/secrets/password", UID: "70" } }],
        Configs: [{ ConfigID: "c1", File: { Name: "/etc/passwd", UID: "0" } }],
    };
    const Labels = { [stackLabel]: stackIdentity(project, ""), [resourceLabel]: name, [madeOfLabel]: madeOf };
    const Spec = { Name: name, Labels, Mode: { Replicated: { Replicas: 1 } }, TaskTemplate: { ContainerSpec } };
    const services = runs === undefined ? [] : [{ ID: "old", CreatedAt: "", Version: { Index: 1 }, Spec }];
    const get = (path: string) => {
        if (path === "/services") return Promise.resolve(services);
        return Promise.resolve(path === "/configs/c1" ? { Spec: { Data: base64("postgres:x:70:\nme:x:1000:") } } : []);
    };
    const connection = { get, isPresent: () => Promise.resolve(false) } as unknown as DockerConnection;
    const observation = await observeSwarm(connection, stackIdentity(project, ""));
    const run = () => {
        const swarm = new Swarm({ connection, observation });
        // Its digests have a key that is known once the stack was made.
        Object.assign(swarm, { key: pulumi.output("key") });
        swarm.run(name, { ...workload, ...changes }, {});
        return {};
    };
    const { resources } = await runUnderMocks(run, { preview: true });
    const of = (type: string) => resources.find((one) => one.type.endsWith(type))?.inputs ?? {};
    const { taskSpec, labels } = of(":Service") as {
        taskSpec: { containerSpec: { commands: unknown; args: unknown; secrets: { fileUid: unknown }[] } };
        labels: { label: string; value: string }[];
    };
    const { commands, args, secrets } = taskSpec.containerSpec;
    return {
        start: [commands, args].flat().filter((_, at) => at !== 2),
        uid: secrets[0]?.fileUid,
        passwd: of(":ServiceConfig").data,
        madeOf: labels.find(({ label }) => label === madeOfLabel)?.value ?? "",
    };
}

describe("a preview on a Swarm whose manager lacks an image", () => {
    const unknown = { start: [pulumi.unknown, pulumi.unknown], uid: pulumi.unknown, passwd: pulumi.unknown };

    it("takes what it needs to know of it from the service that was made of the same", async () => {
        const { madeOf } = await previewed();
        expect(await previewed({ madeOf })).to.deep.equal({
            start: ["sh", "-c", "sh", "/data", "entrypoint.sh", "postgres", "-c", "max_connections=100"],
            ...{ uid: "70", passwd: base64("postgres:x:70:\nme:x:1000:"), madeOf },
        });
    });

    it("knows nothing of it where the service is another one", async () => {
        const { madeOf } = await previewed();
        for (const [runs, changes] of [
            [undefined, {}],
            [{ madeOf: "of another" }, {}],
            [{ madeOf }, { image: "example/postgres:18" }],
        ] as [Runs | undefined, Partial<Workload>][])
            expect(await previewed(runs, changes)).to.deep.include(unknown);
    });

    it("does not know how it starts where the service was made without a lock", async () => {
        const { madeOf } = await previewed();
        const { start, uid } = await previewed({ madeOf, command: ["entrypoint.sh"] });
        expect([start, uid]).to.deep.equal([unknown.start, "70"]);
    });
});

describe("a preview on a Swarm where no manager answers", () => {
    const ignored = async (preview: boolean) => {
        const connection = {} as unknown as DockerConnection;
        const files = workload.files?.slice(0, 1);
        const run = () => {
            new Swarm({ connection }).run(
                name,
                preview ? workload : { ...workload, user: "70", files, mounts: [] },
                {},
            );
            return {};
        };
        const { resources } = await runUnderMocks(run, { preview });
        const of = (type: string) => resources.find((one) => one.type.endsWith(type))?.options.ignoreChanges ?? [];
        return { service: of(":Service"), config: of(":ServiceConfig"), secret: of(":Secret") };
    };
    const hidden = ["commands", "args", "secrets[*].fileUid"].map((path) => `taskSpec.containerSpec.${path}`);

    it("leaves all that only images tell as it was recorded", async () => {
        const { service, config, secret } = await ignored(true);
        expect(service).to.include.members(hidden);
        expect({ config, secret }).to.deep.equal({ config: ["data"], secret: [] });
    });

    it("is no example for an update", async () => {
        const { service } = await ignored(false);
        expect(service.filter((one) => hidden.includes(one))).to.deep.equal([]);
    });
});
