import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DockerHost } from "../../../engine/docker-host";
import type { Workload } from "../../../engine/workload";
import { container, recordOf, step } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";
import { password, startBench, workload } from "../../support/workload-start";

describe("the start of a workload's container", () => {
    const bench = startBench();
    const { registered, start, at, deeds } = bench;

    it("limits processes, starts it and is over when the health check passes", async () => {
        expect(await start({ exec: (_, runs) => ({ code: runs === 0 ? 1 : 0, output: "" }) })).to.equal(undefined);

        expect(bench.engine().updated).to.deep.equal([{ container: "thing-id", body: { PidsLimit: 64 } }]);
        expect(deeds()).to.deep.equal(["start thing-id"]);
        expect(bench.engine().executed.map(({ container: id, command }) => [id, ...command])).to.deep.equal([
            ["thing-id", "redis-cli", "ping"],
            ["thing-id", "redis-cli", "ping"],
        ]);
    });

    it("fails with the container's last words, and no secret of a file in them, even out of its middle", async () => {
        const failure = await start({
            state: () => ({ Status: "exited", ExitCode: 1 }),
            log: () => `Bad directive at line 1\n>>> 'requirepass ${password}'\n`,
        });

        expect(failure).to.match(/^redis exited with code 1; its last log lines:\nBad directive/);
        expect(failure).to.contain("[secret]").and.not.contain(password);
    });

    it("is done again when the container, its check or its limit of processes is another", async () => {
        const facts = async (changes: Partial<Workload> = {}) =>
            recordOf(step(await registered({}, changes), "thing-healthy")).facts;

        const check = "redis-cli ping";
        expect(await facts()).to.deep.equal({ container: "thing-id", check, pids: "64" });
        expect(await facts({ pids: undefined })).to.deep.equal({ container: "thing-id", check, pids: "256" });
    });

    it("comes before the container's revision is known, on which others depend", async () => {
        await bench.open();
        const make = () => {
            const { revision, healthy, title } = new DockerHost().run("thing", workload, {});
            return { title, revision, healthy };
        };
        const { result } = await runUnderMocks(make);
        const { revision } = result as unknown as { revision: { allResources: () => Promise<Set<pulumi.Resource>> } };

        expect(result.title).to.equal("redis");
        expect([...(await revision.allResources())]).to.include(result.healthy);
    });

    describe("that is given files", () => {
        it("puts them in before, for its user to read and not to change", async () => {
            expect(await start()).to.equal(undefined);

            expect(bench.engine().provided[0]?.files).to.deep.equal([
                {
                    ...{ path: "/etc/redis/redis.conf", content: `requirepass ${password}\n` },
                    ...{ mode: 0o440, uid: 0, gid: 1000 },
                },
            ]);
            expect(at(/^PUT .*archive/)).to.be.within(0, at(/start$/));
        });

        it("does not do so again with one that was started before", async () => {
            expect(await start({ state: (looks) => ({ Status: looks === 0 ? "exited" : "running" }) })).to.equal(
                undefined,
            );

            expect(bench.engine().provided[0]?.files).to.deep.equal([]);
            expect(deeds()).to.deep.equal(["start thing-id"]);
        });
    });

    describe("that writes to a volume of another owner", () => {
        const mounts = [
            { source: pulumi.output("sessions"), target: "/sessions", owner: { user: "1000", image: "authentik:1" } },
            { source: "other", target: "/other" },
        ];
        const handOver = ["/sessions", "(", "!", "-user", "1000", ")", "-exec", "chown", "-h", "1000", "{}", "+"];

        it("hands the volume over to its user first, and only then", async () => {
            expect(await start({}, { mounts, files: undefined })).to.equal(undefined);

            expect(
                bench.engine().created.map(({ body }) => [body.Image, body.Entrypoint, body.Cmd, body.User]),
            ).to.deep.equal([["authentik:1", ["find"], handOver, "0"]]);
            const [job] = bench.engine().created;
            expect(job?.body.HostConfig).to.deep.include({
                ...{ NetworkMode: "none", CapDrop: ["ALL"], CapAdd: ["CHOWN", "DAC_READ_SEARCH"] },
                ...{ ReadonlyRootfs: true, Memory: 256 * 1024 ** 2, PidsLimit: 64 },
                Mounts: [{ Type: "volume", Source: "sessions", Target: "/sessions", ReadOnly: false }],
            });
            expect(job?.body.Labels).to.deep.equal({
                "authentik-stack.stack": "authentik-stack/",
                "authentik-stack.job": "thing-owner-0",
            });
            expect(job?.name, "which is nobody else's on this engine").to.match(/^thing-owner-0-[0-9a-f]{8}$/);
            expect(job?.removed).to.equal(true);
            expect(deeds()).to.deep.equal(["start job-0", "start thing-id"]);
        });

        it("shows in its record what will run with which rights", async () => {
            const resources = await registered({}, { mounts });

            const [job, ...others] = recordOf(step(resources, "thing-healthy")).containers ?? [];
            expect(others).to.deep.equal([]);
            expect(job).to.deep.include({
                ...{ image: "authentik:1", user: "0", entrypoints: ["find"], command: handOver },
                capabilities: { drops: ["ALL"], adds: ["CHOWN", "DAC_READ_SEARCH"] },
            });
            expect(container(resources, "thing").inputs.mounts, "the mounts of the container itself").to.deep.equal([
                { type: "volume", source: "sessions", target: "/sessions" },
                { type: "volume", source: "other", target: "/other" },
            ]);
        });

        it("removes what a killed run left of the hand-over", async () => {
            const job = { "authentik-stack.stack": "authentik-stack/", "authentik-stack.job": "thing-owner-0" };
            await start({ lists: { containers: [{ Id: "left-over", State: "exited", Labels: job }] } }, { mounts });

            expect(at(/^DELETE .*\/left-over\?/)).to.be.within(0, at(/create/));
        });

        it("fails with what the hand-over said", async () => {
            const failure = await start({ exit: () => 1, log: () => "Operation not permitted\n" }, { mounts });

            expect(failure).to.equal(
                "giving /sessions to the user of redis failed with exit code 1:\nOperation not permitted",
            );
            expect(deeds()).to.deep.equal(["start job-0"]);
        });

        it("starts all the same, and warns of it, where it can do without", async () => {
            const owner = { user: "1000", image: "authentik:1", optional: true };
            const refused = { exit: () => 1, log: () => "Operation not permitted\n" };

            expect(await start(refused, { mounts: [{ source: "sessions", target: "/sessions", owner }] })).to.equal(
                undefined,
            );

            expect(deeds()).to.deep.equal(["start job-0", "start thing-id"]);
        });
    });

    it("says what to do when the container was removed by hand", async () => {
        expect(await start({ gone: ["thing-id"] })).to.equal(
            "redis was removed outside of Pulumi; `pulumi up --refresh` creates it again",
        );
    });

    it("only waits for one that runs already", async () => {
        expect(await start({ state: () => ({ Status: "running" }) })).to.equal(undefined);

        expect(deeds()).to.deep.equal([]);
        expect(bench.engine().executed).to.have.length(1);
    });
});
