import { expect } from "chai";
import { containerType, networkType, ofType, uploadsOf, volumeType } from "../support/find";
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
        expect((inputs.capabilities as { drops: string[] }).drops, name).to.deep.equal(["ALL"]);
        expect(inputs.securityOpts, name).to.deep.equal(["no-new-privileges:true"]);
        expect(inputs, name).to.not.have.property("privileged");
    });

    it("keeps no capability, but for PostgreSQL and Redis, which change their user at the start", () => {
        const keeping = containers.filter(
            ({ inputs }) => (inputs.capabilities as { adds?: string[] }).adds !== undefined,
        );

        expect(keeping.map(({ name }) => name)).to.deep.equal(["authentik-postgres-server", "authentik-redis-server"]);
        for (const { inputs } of keeping)
            expect((inputs.capabilities as { adds: string[] }).adds).to.have.members([
                "CAP_CHOWN",
                "CAP_DAC_OVERRIDE",
                "CAP_FOWNER",
                "CAP_SETGID",
                "CAP_SETUID",
            ]);
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

    each(
        "gets files that its user alone can read, and is no read-only container, where that would fail",
        (registered) => {
            const { inputs, name } = registered;
            expect(uploadsOf(registered), name).to.not.have.length(0);
            for (const { permissions, owner, group, file } of uploadsOf(registered)) {
                expect(permissions, `${name} ${file}`).to.equal("0400");
                expect(owner, `${name} ${file}`).to.match(/^\d+$/).and.equal(group);
            }
            expect(inputs, name).to.not.have.any.keys("readOnly", "user");
        },
    );

    each("restarts unless stopped, and is given time to stop", ({ inputs, name }) => {
        expect(inputs.restart, name).to.equal("unless-stopped");
        expect(inputs.destroyGraceSeconds, name).to.be.at.least(10);
    });

    each("leaves its waiting and its platform to us, since the provider's are traps", ({ inputs, name }) => {
        expect(inputs, name).to.not.have.any.keys("wait", "waitTimeout", "attach", "mustRun", "rm", "platform");
    });
});
