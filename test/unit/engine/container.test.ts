import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { runContainer } from "../../../engine/docker-host";
import type { Workload, WorkloadFile } from "../../../engine/workload";
import { container } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";

const workload: Workload = {
    title: "thing",
    image: "thing:1",
    networks: [{ network: "net-id", aliases: ["thing", "other"] }],
    health: { command: ["thing", "check"], startSeconds: 30 },
    stopSeconds: 10,
    limits: {},
    pids: 64,
};

async function registered(changes: Partial<Workload> = {}) {
    const { resources } = await runUnderMocks(() => runContainer("thing", { ...workload, ...changes }, undefined, {}));
    return container(resources, "thing");
}

describe("a workload's container", () => {
    it("is named by Pulumi and replaced create-first unless something allows only one", async () => {
        const { inputs, options } = await registered();

        expect(inputs).to.not.have.property("name");
        expect(options.deleteBeforeReplace).to.equal(false);
    });

    it("with a fixed name is replaced delete-first", async () => {
        const { inputs, options } = await registered({ fixedName: "postgres" });

        expect(inputs.name).to.equal("postgres");
        expect(options.deleteBeforeReplace).to.equal(true);
    });

    it("with a published port is replaced delete-first", async () => {
        const publish = { port: 9000, on: [{ port: 80, ip: "127.0.0.1" }] };
        const { inputs, options } = await registered({ publish });

        expect(inputs.ports).to.deep.equal([{ internal: 9000, external: 80, ip: "127.0.0.1" }]);
        expect(options.deleteBeforeReplace).to.equal(true);
    });

    it("is replaced when its health check changes, which the provider would only write down", async () => {
        expect((await registered()).options.replaceOnChanges).to.deep.equal(["healthcheck"]);
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
        it(`may use ${memory} of memory and no swap beside it`, async () => {
            expect((await registered({ limits: { memory } })).inputs).to.include({
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

    it("takes over the volumes that bring its files, read-only, and shows nothing of the content", async () => {
        const { inputs, secretInputs } = await registered({
            files: [{ path: "/run/secrets/a", content: pulumi.secret("hunter2") }],
        });

        expect((inputs.volumes as { fromContainer: string }[])[0]?.fromContainer).to.match(
            /^thing-files-[0-9a-f]{16}:ro$/,
        );
        expect(secretInputs, "the digest is encrypted in the state").to.deep.equal(["volumes"]);
        expect(JSON.stringify(inputs)).to.not.contain("hunter2");
        expect((await registered()).inputs, "without files").to.not.have.property("volumes");
    });

    it("is replaced when a file or what it remembers changes, since the volumes are then others", async () => {
        const volumes = async (content: string, changes: Partial<WorkloadFile> = {}, remembered: string[] = []) => {
            const file = { path: "/run/secrets/a", content: pulumi.secret(content), ...changes };
            return JSON.stringify((await registered({ files: [file], remembered })).inputs.volumes);
        };

        const one = await volumes("one");
        expect(await volumes("one")).to.equal(one);
        expect(await volumes("two")).to.not.equal(one);
        expect(await volumes("one", { owner: "0" })).to.not.equal(one);
        expect(await volumes("one", {}, ["more"])).to.not.equal(one);
        const initial = { initial: true };
        expect(await volumes("two", initial), "one that serves at first").to.equal(await volumes("one", initial));
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
        expect((await registered()).inputs.destroyGraceSeconds).to.equal(10);
    });
});
