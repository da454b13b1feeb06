import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { all, one } from "../support/find";
import { filesOf } from "../support/files";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import type { Registered } from "../support/recording";

describe("every container of the program", () => {
    let resources: Registered[];
    let containers: Registered[];
    before(async () => {
        ({ resources } = await runProgram());
        containers = all(resources, "container");
        expect(containers).to.have.length(7);
    });

    const each = (title: string, check: (registered: Registered) => void) =>
        it(title, () => {
            for (const registered of containers) check(registered);
        });

    it("is labelled with its stack and its resource, as are volumes and networks", () => {
        const labelled = [...containers, ...all(resources, "volume"), ...all(resources, "network")];
        expect(labelled).to.have.length(19);
        for (const { inputs, name } of labelled)
            expect((inputs.labels as unknown[]).slice(0, 2), name).to.deep.equal([
                { label: "authentik-stack.stack", value: "authentik-stack/" },
                { label: "authentik-stack.resource", value: name },
            ]);
    });

    it("is labelled with a digest of everything that it is made of, and with nothing else but authentik's series", () => {
        for (const { inputs, name } of containers) {
            const [, , ...others] = inputs.labels as { label: string; value: string }[];
            const digests = others.filter(({ label }) => label !== "authentik-stack.generation");
            const series = others.filter((one) => !digests.includes(one)).map(({ value }) => value);
            expect(series, name).to.deep.equal(/^authentik-(server|worker)$/.test(name) ? ["2025.8"] : []);
            expect(digests.map(({ label }) => label)).to.deep.equal(["authentik-stack.made-of"]);
            for (const { value } of digests) expect(value, name).to.match(/^[0-9a-f]{16}$/);
        }
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

        expect(memory).to.deep.equal([512, 256, 1024, 1024, 128, 128, 512].map((size) => [size, size]));
    });

    each("has a health check with durations as Go prints them", ({ inputs, name }) => {
        const { tests, interval, timeout, startPeriod, retries } = inputs.healthcheck as Record<string, unknown>;

        expect(tests, name).to.be.an("array").with.property("0", "CMD");
        for (const duration of [interval, timeout, startPeriod])
            expect(duration, name).to.match(/^(\d+h)?(\d+m)?([0-9]|[1-5][0-9])s$/);
        expect(retries, name).to.be.a("number");
    });

    it("gets files that root owns and its user can read, and none as an upload, which a read-only root refuses", async () => {
        const groups: Record<string, number> = { "authentik-postgres-server": 70 };
        for (const { inputs, name } of containers) {
            const files = await filesOf(resources, name);
            expect(files, name).to.not.have.length(0);
            for (const { mode, uid, gid, path } of files) {
                // libpq takes no password from a file of another user.
                const rights = path.endsWith("/pgpass") ? [0o400, 1000, 1000] : [0o440, 0, groups[name] ?? 1000];
                expect([mode, uid, gid], `${name} ${path}`).to.deep.equal(rights);
            }
            expect(inputs, name).to.not.have.property("uploads");
        }
    });

    it("runs as the image's own user, which is never root", () => {
        const users = containers.map(({ inputs }) => inputs.user);

        expect(users).to.deep.equal(["postgres", "999", undefined, undefined, undefined, undefined, "1000"]);
    });

    each("restarts unless stopped, and is given time to stop", ({ inputs, name }) => {
        expect(inputs.restart, name).to.equal("unless-stopped");
        expect(inputs.destroyGraceSeconds, name).to.be.at.least(10);
    });

    each("leaves its waiting and its platform to us, since the provider's are traps", ({ inputs, name }) => {
        expect(inputs, name).to.not.have.any.keys("wait", "waitTimeout", "attach", "rm", "platform");
        expect(inputs, name).to.include({ start: false, mustRun: false });
    });

    it("is started and waited for by a step that whoever needs it depends on", async () => {
        for (const { name, urn } of containers) {
            const { options } = one(resources, "step", `${name}-healthy`);
            expect(await urnsOf(options.dependsOn), name).to.deep.equal([urn]);
        }
        const [postgres, redis, server] = ["postgres-server", "redis-server", "server"].map(
            (name) => one(resources, "step", `authentik-${name}-healthy`).urn,
        );
        const databases = one(resources, "step", "authentik-postgres-databases").urn;
        const release = one(resources, "step", "authentik-release");
        expect(await urnsOf(release.options.dependsOn)).to.deep.equal([postgres, databases]);
        const blueprints = one(resources, "step", "authentik-blueprints-applied");
        for (const name of ["server", "worker"])
            expect(await urnsOf(one(resources, "container", `authentik-${name}`).options.dependsOn)).to.deep.equal([
                ...[postgres, databases, release.urn, redis],
            ]);
        expect(await urnsOf(blueprints.options.dependsOn)).to.deep.equal([server]);
        for (const name of ["organizr", "cwad"])
            expect(
                await urnsOf(one(resources, "container", `authentik-ak-outpost-${name}`).options.dependsOn),
            ).to.deep.equal([blueprints.urn]);
    });
});

function urnsOf(waited: pulumi.CustomResourceOptions["dependsOn"]): Promise<string[]> {
    return Promise.all(([waited].flat() as pulumi.Resource[]).map(({ urn }) => valueOf(urn)));
}
