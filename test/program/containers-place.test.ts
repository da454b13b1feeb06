import { expect } from "chai";
import { devWith } from "../support/configuration";
import { type Listed, startEngine } from "../support/engine";
import { all, container } from "../support/find";
import { filesOf } from "../support/files";
import { type Run, runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";
import { itOnHost, onEach } from "../support/runtimes";

onEach("the program's containers", () => {
    let run: Run<object>;
    before(async () => {
        run = await runProgram({ configuration: devWith({ "outposts[1].ports": [], "server.ports": [] }) });
    });

    itOnHost(
        "are named by Pulumi and created before their predecessors are deleted, whatever data or ports they use",
        async () => {
            const containers = all((await runProgram()).resources, "container");

            expect(containers).to.have.length(7);
            for (const { name, inputs, options } of containers) {
                expect(inputs, name).to.not.have.property("name");
                expect(inputs, name).to.include({ start: false, mustRun: false });
                expect(options.deleteBeforeReplace, name).to.equal(false);
            }
        },
    );

    itOnHost("publish the ports of the configuration, and no others", async () => {
        const published = (resources: Registered[]) =>
            Object.fromEntries(
                all(resources, "container").flatMap(({ name, inputs }) => {
                    const ports = (inputs.ports ?? []) as unknown[];
                    return ports.length === 0 ? [] : [[name, ports]];
                }),
            );

        const organizr = [{ internal: 9000, external: 9080, ip: "127.0.0.1" }];
        expect(published(run.resources)).to.deep.equal({ "authentik-ak-outpost-organizr": organizr });
        expect(published((await runProgram()).resources)).to.deep.equal({
            "authentik-server": [{ internal: 9000, external: 9000, ip: "127.0.0.1" }],
            "authentik-ak-outpost-organizr": organizr,
            "authentik-ak-outpost-cwad": [{ internal: 9000, external: 9081, ip: "127.0.0.1" }],
        });
    });

    itOnHost("publish their port with TLS where the configuration says so", async () => {
        const ldap = {
            name: "ak-ldap",
            type: "ldap",
            networks: ["frontend"],
            ports: [{ port: 389 }, { port: 636, tls: true }],
        };
        const { resources } = await runProgram({
            configuration: devWith({
                "server.ports": [{ port: 9443, tls: true }],
                outposts: [ldap],
                applications: [{ slug: "nas", name: "NAS", provider: { type: "ldap", outpost: "ak-ldap" } }],
            }),
        });

        const portsOf = (name: string) => container(resources, name).inputs.ports;
        expect(portsOf("authentik-server")).to.deep.equal([{ internal: 9443, external: 9443, ip: "127.0.0.1" }]);
        expect(portsOf("authentik-ak-ldap")).to.deep.equal([
            { internal: 3389, external: 389, ip: "127.0.0.1" },
            { internal: 6636, external: 636, ip: "127.0.0.1" },
        ]);
    });

    itOnHost("never run twice on the same data or the same port of the host", async () => {
        const stops = async (name: string, uses: Partial<Listed>) => {
            const engine = await startEngine({
                lists: {
                    containers: [{ Id: "before", Labels: { "authentik-stack.stack": "authentik-stack/" }, ...uses }],
                },
            });
            try {
                const { resources } = await runProgram({ dockerHost: engine.host });
                await filesOf(resources, name, engine);
                return engine.requests.some((line) => line.startsWith("POST /containers/before/stop"));
            } finally {
                await engine.close();
            }
        };
        const port = { IP: "127.0.0.1", PublicPort: 9000, Type: "tcp" };

        expect(await stops("authentik-postgres-server", { Mounts: [{ Name: "pg_data" }] })).to.equal(true);
        expect(await stops("authentik-redis-server", { Mounts: [{ Name: "redis_data" }] })).to.equal(true);
        expect(await stops("authentik-server", { Ports: [port] })).to.equal(true);
        expect(await stops("authentik-server", { Mounts: [{ Name: "ak_media" }] }), "server and worker").to.equal(
            false,
        );
    });

    it("keep the names of the seed on their networks", () => {
        const names = all(run.resources, "container").map(({ inputs }) =>
            (inputs.networksAdvanced as { aliases: string[] }[]).map(({ aliases }) => aliases),
        );

        expect(names.map((aliases) => new Set(aliases.flat()))).to.deep.equal(
            [
                "postgres",
                "redis",
                "authentik-server",
                "authentik-worker",
                "ak-outpost-organizr",
                "ak-outpost-cwad",
                "authentik-backup",
            ].map((name) => new Set([name])),
        );
    });

    it("join the networks of their role by id: databases only their own, outposts never the databases'", () => {
        const joined = Object.fromEntries(
            all(run.resources, "container").map(({ name, inputs }) => [
                name,
                (inputs.networksAdvanced as { name: string }[]).map(({ name: network }) => network),
            ]),
        );
        const [frontend, backend, db] = ["frontend", "backend", "db"].map((role) => `authentik-networks-${role}-id`);

        expect(joined).to.deep.equal({
            "authentik-postgres-server": [db],
            "authentik-redis-server": [db],
            "authentik-server": [frontend, backend, db],
            "authentik-worker": [frontend, backend, db],
            "authentik-backups-container": [db, backend],
            "authentik-ak-outpost-organizr": [frontend],
            "authentik-ak-outpost-cwad": [frontend, backend],
        });
    });

    it("run the images of the release, or those that are named", async () => {
        const images = ({ resources }: Run<object>) =>
            all(resources, "container").map(({ inputs }) =>
                String(inputs.image).replace(/^.*(?=goauthentik\/)|@sha256:\w+$/g, ""),
            );

        expect(images(run)).to.deep.equal([
            "postgres:16-alpine",
            "redis:7-alpine",
            "goauthentik/server:2025.8.6",
            "goauthentik/server:2025.8.6",
            "goauthentik/proxy:2025.8.6",
            "goauthentik/proxy:2025.8.6",
            "postgres:16-alpine",
        ]);
        const named = devWith({ version: "2025.8.1", "images.redis": "redis:8.0", "images.proxy": "my/proxy:1" });
        expect(images(await runProgram({ configuration: named }))).to.deep.equal([
            "postgres:16-alpine",
            "redis:8.0",
            "goauthentik/server:2025.8.1",
            "goauthentik/server:2025.8.1",
            "my/proxy:1",
            "my/proxy:1",
            "postgres:16-alpine",
        ]);
    });
});
