import { expect } from "chai";
import { containerType, networkType, ofType, volumeType } from "../support/find";
import { filesOf } from "../support/files";
import { runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";

describe("every container of the program", () => {
    let resources: Registered[];
    let containers: Registered[];
    before(async () => {
        ({ resources } = await runProgram());
        containers = ofType(resources, containerType);
        expect(containers).to.have.length(6);
    });

    const each = (title: string, check: (registered: Registered) => void) =>
        it(title, () => {
            for (const registered of containers) check(registered);
        });

    it("is labelled with its stack and its own URN, as are volumes and networks", () => {
        const labelled = [...containers, ...ofType(resources, volumeType), ...ofType(resources, networkType)];
        expect(labelled).to.have.length(16);
        for (const { inputs, urn } of labelled)
            expect(inputs.labels, urn).to.deep.equal([
                { label: "authentik-stack.stack", value: "authentik-stack/dev" },
                { label: "authentik-stack.urn", value: urn },
            ]);
    });

    each("drops all capabilities and may gain no privilege", ({ inputs, name }) => {
        expect(inputs.capabilities, name).to.deep.equal({ drops: ["ALL"] });
        expect(inputs.securityOpts, name).to.deep.equal(["no-new-privileges:true"]);
        expect(inputs, name).to.not.have.property("privileged");
    });

    each("has a read-only root file system, and /tmp in memory", ({ inputs, name }) => {
        expect(inputs.readOnly, name).to.equal(true);
        expect(inputs.tmpfs, name).to.have.property("/tmp");
    });

    each("has no Docker socket and nothing else of the host", ({ inputs, name }) => {
        for (const { type } of inputs.mounts as { type: string }[]) expect(type, name).to.equal("volume");
    });

    each("rotates its log", ({ inputs, name }) => {
        expect(inputs.logDriver, name).to.equal("json-file");
        expect(inputs.logOpts, name).to.deep.equal({ "max-size": "10m", "max-file": "3" });
    });

    it("may use the memory that the configuration gives it, and no swap", () => {
        const memory = containers.map(({ inputs }) => [inputs.memory, inputs.memorySwap]);

        expect(memory).to.deep.equal([512, 256, 1024, 1024, 128, 128].map((size) => [size, size]));
    });

    each("has a health check with durations as Go prints them", ({ inputs, name }) => {
        const { tests, interval, timeout, startPeriod, retries } = inputs.healthcheck as Record<string, unknown>;

        expect(tests, name).to.be.an("array").with.property("0", "CMD");
        for (const duration of [interval, timeout, startPeriod])
            expect(duration, name).to.match(/^(\d+h)?(\d+m)?([0-9]|[1-5][0-9])s$/);
        expect(retries, name).to.be.a("number");
    });

    it("gets files that its user alone can read, and none as an upload, which a read-only root refuses", async () => {
        const users: Record<string, number> = { "authentik-postgres-server": 70, "authentik-redis-server": 999 };
        for (const registered of containers) {
            const { inputs, name } = registered;
            const files = await filesOf(registered);
            expect(files, name).to.not.have.length(0);
            for (const { mode, uid, path } of files)
                expect([mode, uid], `${name} ${path}`).to.deep.equal([0o400, users[name] ?? 1000]);
            expect(inputs, name).to.not.have.property("uploads");
        }
    });

    it("runs as the image's own user, which is nowhere root", () => {
        const users = containers.map(({ inputs }) => inputs.user);

        expect(users).to.deep.equal(["postgres", "999", undefined, undefined, undefined, undefined]);
    });

    each("restarts unless stopped, and is given time to stop", ({ inputs, name }) => {
        expect(inputs.restart, name).to.equal("unless-stopped");
        expect(inputs.destroyGraceSeconds, name).to.be.at.least(10);
    });

    each("leaves its waiting and its platform to us, since the provider's are traps", ({ inputs, name }) => {
        expect(inputs, name).to.not.have.any.keys("wait", "waitTimeout", "attach", "mustRun", "rm", "platform");
    });
});
