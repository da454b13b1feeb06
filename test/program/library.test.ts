import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { AuthentikStack, type AuthentikStackArgs, type ConfigInput, DockerHost, stackConfig } from "../../components";
import { startEngine } from "../support/engine";
import { all, container, namesOf, step } from "../support/find";
import { failureOf } from "../support/hooks";
import { runUnderMocks } from "../support/mocks";
import { valueOf } from "../support/outputs";

const least: ConfigInput = {
    version: "2025.8.6",
    url: "https://auth.example.com",
    admin: { email: "admin@example.com" },
    outposts: [{ name: "ak-outpost-home", type: "ldap", networks: ["backend"] }],
    applications: [{ slug: "directory", name: "Directory", provider: { type: "ldap", outpost: "ak-outpost-home" } }],
};

/** The resources of a program with an authentik of its own. */
async function made(
    args: Partial<AuthentikStackArgs>,
    opts?: () => pulumi.ComponentResourceOptions,
    config: Partial<ConfigInput> = {},
) {
    const make = () => new AuthentikStack("auth", { config: stackConfig({ ...least, ...config }), ...args }, opts?.());
    return (await runUnderMocks(make)).resources;
}

const everything = ["postgres", "redis", "server", "worker", "backup", "ak-outpost-home"];
const failureOfProgram = (run: Promise<unknown>) =>
    run.then(
        () => undefined,
        (error: unknown) => error,
    );

describe("a transform", () => {
    it("reaches every container that runs on, by its role or the outpost's name", async () => {
        const transform = Object.fromEntries(
            everything.map((name) => [name, (args: docker.ContainerArgs) => void (args.domainname = `of-${name}`)]),
        );

        const containers = all(await made({ transform }), "container");

        expect(containers.map(({ name, inputs }) => [name, inputs.domainname])).to.have.deep.members([
            ["auth-postgres-server", "of-postgres"],
            ["auth-redis-server", "of-redis"],
            ["auth-server", "of-server"],
            ["auth-worker", "of-worker"],
            ["auth-backups-container", "of-backup"],
            ["auth-ak-outpost-home", "of-ak-outpost-home"],
        ]);
    });

    it("adds names, a DNS server and a folder of the host to what a container has", async () => {
        const folder = { type: "bind", source: "/srv/geoip", target: "/geoip", readOnly: true };
        const server = (args: docker.ContainerArgs) => {
            args.hosts = [{ host: "ldap.example.com", ip: "192.0.2.10" }];
            args.dns = ["192.0.2.53"];
            args.mounts = pulumi.output(args.mounts).apply((mounts = []) => [...mounts, folder]);
        };

        const { inputs } = container(await made({ transform: { server } }), "auth-server");

        expect(inputs.hosts).to.deep.equal([{ host: "ldap.example.com", ip: "192.0.2.10" }]);
        expect(inputs.dns).to.deep.equal(["192.0.2.53"]);
        const targets = (inputs.mounts as { target: string }[]).map(({ target }) => target);
        expect(targets).to.deep.equal(["/media", "/templates", "/certs", "/geoip"]);
    });

    it("of a name that the stack does not run is refused, with the names that there are, before anything is made", async () => {
        const nothing = () => undefined;
        const external = { external: { host: "db.example.com" } };
        const secrets = { "database/authentik": "a-password-of-ours" };

        const misspelt = await failureOfProgram(made({ transform: { sever: nothing, server: nothing } }));
        const elsewhere = await failureOfProgram(
            made({ transform: { postgres: nothing } }, undefined, { postgres: external, secrets }),
        );

        expect(misspelt).to.be.instanceOf(pulumi.RunError).with.property("message");
        expect((misspelt as Error).message).to.equal(
            "transform names sever, which this stack does not run; this stack has the containers server, worker, postgres, redis, backup, ak-outpost-home",
        );
        expect((elsewhere as Error).message).to.equal(
            "transform names postgres, which this stack does not run; this stack has the containers server, worker, redis, backup, ak-outpost-home",
        );
    });
});

describe("images that are known only later", () => {
    it("go before those of the configuration, in containers and jobs", async () => {
        const server = pulumi.output(Promise.resolve("registry.example.com/authentik@sha256:1"));

        const resources = await made({ images: { server } }, undefined, {
            images: { server: "other:1", redis: "valkey:8" },
        });

        for (const name of ["auth-server", "auth-worker"])
            expect(container(resources, name).inputs.image).to.equal("registry.example.com/authentik@sha256:1");
        expect(container(resources, "auth-redis-server").inputs.image).to.equal("valkey:8");
        expect(JSON.stringify(step(resources, "auth-serving-proven").inputs)).to.contain("authentik@sha256:1");
    });
});

describe("a Docker provider among the options of the whole", () => {
    it("makes its Docker objects, and is where their waits look", async () => {
        const engine = await startEngine({});
        try {
            const resources = await made({}, () => ({ provider: new docker.Provider("nas", { host: engine.host }) }));

            for (const kind of ["container", "network", "volume"] as const)
                for (const { name, options } of all(resources, kind))
                    expect(await valueOf(options.provider?.urn), name).to.contain("::nas");
            expect(await failureOf(step(resources, "auth-serving-proven"), "beforeCreate")).to.equal(undefined);
            expect(engine.created).to.have.length(1);
        } finally {
            await engine.close();
        }
    });

    it("is refused where the runtime does not have it, since its containers would be on another engine", async () => {
        const failure = await failureOfProgram(
            runUnderMocks(async () => {
                const provider = new docker.Provider("nas", { host: "ssh://admin@nas.example.com" });
                const runtime = await DockerHost.observed();
                return new AuthentikStack("auth", { config: stackConfig(least), runtime }, { provider });
            }),
        );

        expect(failure).to.be.instanceOf(pulumi.RunError);
        expect((failure as Error).message).to.equal(
            "a component was given a Docker provider that its runtime does not have; give it to the runtime as well: `new DockerHost({ provider })`",
        );
        expect(namesOf(await made({}), "container")).to.have.length(6);
    });
});
