import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type Docker from "dockerode";
import { DockerConnection } from "../../../engine/connection";
import { twinArgs } from "../../../engine/container";
import { DockerHost } from "../../../engine/docker-host";
import type { ContainerTransform, Workload, WorkloadFile } from "../../../engine/workload";
import { startEngine } from "../../support/engine";
import { container } from "../../support/find";
import { failureOf } from "../../support/hooks";
import { runUnderMocks } from "../../support/mocks";

const workload: Workload = {
    title: "thing",
    image: "thing:1",
    networks: [{ network: "net-id", aliases: ["thing", "other"] }],
    health: { command: ["thing", "check"], startSeconds: 30 },
    stopSeconds: 10,
};

async function registered(changes: Partial<Workload> = {}) {
    const { resources } = await runUnderMocks(() => new DockerHost().run("thing", { ...workload, ...changes }, {}));
    return container(resources, "thing");
}

describe("a workload's container", () => {
    it("is named by Pulumi, created while its predecessor runs, and started by the step that waits for it", async () => {
        const publish = { port: 9000, on: [{ port: 80, ip: "127.0.0.1" }] };
        const mounts = [{ source: "pg_data", target: "/data", exclusive: true }];
        for (const changes of [{}, { publish }, { mounts }]) {
            const { inputs, options } = await registered(changes);

            expect(inputs).to.not.have.property("name");
            expect(options.deleteBeforeReplace).to.equal(false);
            expect(inputs).to.include({ start: false, mustRun: false });
        }
    });

    it("publishes its ports", async () => {
        const publish = { port: 9000, on: [{ port: 80, ip: "127.0.0.1" }] };

        expect((await registered({ publish })).inputs.ports).to.deep.equal([
            { internal: 9000, external: 80, ip: "127.0.0.1" },
        ]);
        expect((await registered({ publish: { ...publish, protocol: "udp" } })).inputs.ports).to.deep.equal([
            { internal: 9000, external: 80, ip: "127.0.0.1", protocol: "udp" },
        ]);
    });

    it("is replaced whatever changes, since the provider only writes some changes down", async () => {
        const transform: ContainerTransform = (args) => ({ ...args, dns: ["192.0.2.53"] });
        const { inputs, options } = await registered({
            files: [{ path: "/run/secrets/a", content: "a" }],
            limits: { memory: "512m", cpus: 1 },
            publish: { port: 9000, on: [{ port: 80, ip: "127.0.0.1" }] },
            transform,
        });

        const { destroyGraceSeconds, ...others } = inputs;
        expect(destroyGraceSeconds).to.equal(10);
        expect(others).to.include.keys("healthcheck", "memory", "memorySwap", "cpus", "mounts", "labels", "dns");
        expect(options.replaceOnChanges).to.include.members(Object.keys(others));
        expect(options.replaceOnChanges, "how long the old one has to stop").to.not.include("destroyGraceSeconds");
    });

    it("is replaced when something of it is no longer declared, of which the provider takes no notice", async () => {
        const label = async (changes: Partial<Workload>) =>
            ((await registered(changes)).inputs.labels as { label: string; value: string }[]).at(-1);
        const plain = await label({});

        expect(plain?.label).to.equal("authentik-stack.made-of");
        expect(await label({})).to.deep.equal(plain);
        expect(await label({ command: ["serve"] })).to.not.deep.equal(plain);
        expect(await label({ limits: { memory: "1g" } })).to.not.deep.equal(plain);
        expect(await label({ transform: (args) => ({ ...args, dns: ["192.0.2.53"] }) })).to.not.deep.equal(plain);
        const grace: ContainerTransform = (args) => ({ ...args, destroyGraceSeconds: 99 });
        expect(await label({ transform: grace }), "how long the old one has to stop").to.deep.equal(plain);
    });

    const durations: [seconds: number, printed: string][] = [
        [5, "5s"],
        [59, "59s"],
        [60, "1m0s"],
        [90, "1m30s"],
        [180, "3m0s"],
    ];
    for (const [startSeconds, printed] of durations) {
        it(`writes ${startSeconds} seconds as Go does, ${printed}`, async () => {
            const { healthcheck } = (await registered({ health: { command: ["x"], startSeconds } })).inputs;

            expect(healthcheck).to.include({ startPeriod: printed });
        });
    }

    it("is asked for its health by its own command, without a shell", async () => {
        expect((await registered()).inputs.healthcheck).to.deep.include({ tests: ["CMD", "thing", "check"] });
    });

    const sizes: [memory: string, megabytes: number][] = [
        ["512m", 512],
        ["2g", 2048],
    ];
    for (const [memory, megabytes] of sizes) {
        it(`may use ${memory} of memory and no swap`, async () => {
            for (const input of [memory, pulumi.output(memory)])
                expect((await registered({ limits: { memory: input } })).inputs).to.include({
                    memory: megabytes,
                    memorySwap: megabytes,
                });
        });
    }

    const processors: [cpus: number, printed: string][] = [
        [1, "1.0"],
        [0.5, "0.5"],
        [1.25, "1.25"],
    ];
    for (const [cpus, printed] of processors) {
        it(`writes ${cpus} processors as Go does, ${printed}`, async () => {
            expect((await registered({ limits: { cpus } })).inputs.cpus).to.equal(printed);
        });
    }

    it("has no limits unless some are given", async () => {
        expect((await registered()).inputs).to.not.have.any.keys("memory", "memorySwap", "cpus");
    });

    it("gets its variables, whose values may be known later", async () => {
        const { inputs } = await registered({ variables: { HOST: pulumi.output("db"), PORT: "5432" } });

        expect(inputs.envs).to.deep.equal(["HOST=db", "PORT=5432"]);
    });

    it("binds a path of the host and mounts a volume, whose name may be known later", async () => {
        const { inputs } = await registered({
            mounts: [
                { source: "/srv/blueprints", target: "/custom", readOnly: true },
                { source: pulumi.output("ak_media"), target: "/media" },
            ],
        });

        expect(inputs.mounts).to.deep.equal([
            { type: "bind", source: "/srv/blueprints", target: "/custom", readOnly: true },
            { type: "volume", source: "ak_media", target: "/media" },
        ]);
    });

    it("drops every capability", async () => {
        expect((await registered()).inputs.capabilities).to.deep.equal({ drops: ["ALL"] });
    });

    it("joins its networks under its names", async () => {
        expect((await registered()).inputs.networksAdvanced).to.deep.equal([
            { name: "net-id", aliases: ["thing", "other"] },
        ]);
    });

    it("has a read-only root file system, with folders in memory for what it writes", async () => {
        const { inputs } = await registered({ tmpfs: ["/var/run/postgresql"] });

        expect(inputs).to.deep.include({ readOnly: true });
        expect(inputs.tmpfs).to.deep.equal({ "/tmp": "mode=1777", "/var/run/postgresql": "mode=1777" });
    });

    it("is given time to stop before it is killed", async () => {
        expect((await registered()).inputs, "by the provider, and by Docker").to.include({
            destroyGraceSeconds: 10,
            stopTimeout: 10,
        });
    });

    const transforms: [how: string, transform: ContainerTransform][] = [
        ["in place", (args) => void (args.dns = ["192.0.2.53"])],
        ["as a copy", (args) => ({ ...args, dns: ["192.0.2.53"] })],
    ];
    for (const [how, transform] of transforms) {
        it(`is made with what a transform changes ${how}`, async () => {
            expect((await registered({ transform })).inputs).to.deep.include({ dns: ["192.0.2.53"], image: "thing:1" });
        });
    }
});

describe("the files of a workload's container", () => {
    const file: WorkloadFile = { path: "/run/secrets/a", content: pulumi.secret("hunter2") };
    const labelOf = async (changes: Partial<WorkloadFile> = {}, remembered: string[] = []) => {
        const { inputs } = await registered({ files: [{ ...file, ...changes }], remembered });
        const labels = inputs.labels as { label: string; value: string }[];
        return labels.find(({ label }) => label === "authentik-stack.made-of")?.value;
    };

    it("have volumes of no name, which go with the container, and show nothing of their content", async () => {
        const files = ["/run/secrets/a", "/run/secrets/b", "/etc/redis/x"].map((path) => ({ ...file, path }));
        const { inputs, secretInputs } = await registered({ files });

        expect(inputs.volumes).to.deep.equal([{ containerPath: "/run/secrets" }, { containerPath: "/etc/redis" }]);
        expect(secretInputs, "a preview shows what changes").to.deep.equal([]);
        expect(JSON.stringify(inputs)).to.not.contain("hunter2");
        expect((await registered()).inputs.volumes ?? [], "without files").to.deep.equal([]);
    });

    it("replace the container when one, or what it remembers, changes", async () => {
        const one = await labelOf();

        expect(one).to.match(/^[0-9a-f]{16}$/);
        expect(await labelOf()).to.equal(one);
        expect(await labelOf({ content: pulumi.secret("hunter3") })).to.not.equal(one);
        expect(await labelOf({ path: "/run/secrets/b" })).to.not.equal(one);
        expect(await labelOf({ owner: "0" })).to.not.equal(one);
        expect(await labelOf({}, ["more"])).to.not.equal(one);
    });

    it("replace nothing when one changes that only a new container needs", async () => {
        const initial = await labelOf({ initial: true });

        expect(await labelOf({ initial: true, content: pulumi.secret("hunter3") })).to.equal(initial);
    });

    it("cannot be guessed from the label, which everybody on the host reads: it is keyed", async () => {
        const files = [{ ...file, content: "weak" }];
        const { resources } = await runUnderMocks(() =>
            new DockerHost({ prefix: "other-" }).run("thing", { ...workload, files }, {}),
        );
        const [, , label] = container(resources, "thing").inputs.labels as { label: string; value: string }[];

        expect(label?.label).to.equal("authentik-stack.made-of");
        expect(label?.value, "of the same file with another key").to.not.equal(await labelOf({ content: "weak" }));
    });
});

describe("the image of a workload's container", () => {
    for (const [what, missing, pulled] of [
        ["is pulled before the container is created where it is missing", ["thing:1"], true],
        ["is left alone where it is there", [], false],
    ] as const) {
        it(what, async () => {
            const engine = await startEngine({ missing: [...missing] });
            try {
                const host = () => new DockerHost({ connection: new DockerConnection({ host: engine.host }) });
                const { resources } = await runUnderMocks(() => host().run("thing", workload, {}));

                const failure = await failureOf(container(resources, "thing"), "beforeCreate");

                if (pulled) expect(failure).to.contain("pull access denied");
                else expect(failure).to.equal(undefined);
                expect(engine.requests.some((line) => line.startsWith("POST /images/create"))).to.equal(pulled);
            } finally {
                await engine.close();
            }
        });
    }
});

describe("the twin of a container", () => {
    it("has its memory and processors, as far as they are limited", () => {
        const twin = (HostConfig: object) => {
            const inspected = {
                Config: { Image: "x:1", User: "", Env: [] },
                Mounts: [],
                NetworkSettings: { Networks: {} },
                HostConfig,
            };
            const process = { entrypoint: ["sh"], command: [], writable: [] };
            return twinArgs(inspected as unknown as Docker.ContainerInspectInfo, process, {});
        };

        expect(twin({ Memory: 512 * 1024 ** 2, NanoCpus: 5e8 })).to.include({ memory: 512, cpus: "0.5" });
        const { memory, cpus } = twin({ Memory: 0, NanoCpus: 0 });
        expect([memory, cpus]).to.deep.equal([undefined, undefined]);
    });
});
