import { expect } from "chai";
import { devWith } from "../support/configuration";
import { container, containerType, ofType } from "../support/find";
import { type Run, runProgram } from "../support/mocks";

describe("the program's containers", () => {
    let run: Run<object>;
    before(async () => {
        run = await runProgram({ configuration: devWith({ "outposts[1].ports": [], "server.ports": [] }) });
    });

    it("have a fixed name and are replaced delete-first where they hold data", () => {
        for (const [name, fixed] of [
            ["authentik-postgres-server", "postgres"],
            ["authentik-redis-server", "redis"],
        ] as const) {
            const { inputs, options } = container(run.resources, name);
            expect(inputs.name).to.equal(fixed);
            expect(options.deleteBeforeReplace, name).to.equal(true);
        }
    });

    it("are named by Pulumi and replaced create-first where they publish no port", () => {
        for (const name of ["authentik-server", "authentik-worker", "authentik-ak-outpost-cwad"]) {
            const { inputs, options } = container(run.resources, name);
            expect(inputs, name).to.not.have.property("name");
            expect(inputs.ports ?? [], name).to.deep.equal([]);
            expect(options.deleteBeforeReplace, name).to.equal(false);
        }
    });

    it("are replaced delete-first where they publish a port", async () => {
        const { inputs, options } = container(run.resources, "authentik-ak-outpost-organizr");
        expect(inputs).to.not.have.property("name");
        expect(inputs.ports).to.deep.equal([{ internal: 9000, external: 9080, ip: "127.0.0.1" }]);
        expect(options.deleteBeforeReplace).to.equal(true);

        const published = container((await runProgram()).resources, "authentik-server");
        expect(published.inputs.ports).to.deep.equal([{ internal: 9000, external: 9000, ip: "127.0.0.1" }]);
        expect(published.options.deleteBeforeReplace).to.equal(true);
    });

    it("keep the names of the seed on their networks", () => {
        const names = ofType(run.resources, containerType).map(({ inputs }) =>
            (inputs.networksAdvanced as { aliases: string[] }[]).map(({ aliases }) => aliases),
        );

        expect(names.map((aliases) => new Set(aliases.flat()))).to.deep.equal(
            ["postgres", "redis", "authentik-server", "authentik-worker", "ak-outpost-organizr", "ak-outpost-cwad"].map(
                (name) => new Set([name]),
            ),
        );
    });

    it("join the networks of their role by id: databases theirs alone, outposts none of the databases'", () => {
        const joined = Object.fromEntries(
            ofType(run.resources, containerType).map(({ name, inputs }) => [
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
            "authentik-ak-outpost-organizr": [frontend],
            "authentik-ak-outpost-cwad": [frontend, backend],
        });
    });

    it("run the images of the release, or those that are named", async () => {
        const images = ({ resources }: Run<object>) =>
            ofType(resources, containerType).map(({ inputs }) =>
                String(inputs.image).replace(/^.*(?=goauthentik\/)|@sha256:\w+$/g, ""),
            );

        expect(images(run)).to.deep.equal([
            "postgres:16-alpine",
            "redis:7-alpine",
            "goauthentik/server:2025.8.4",
            "goauthentik/server:2025.8.4",
            "goauthentik/proxy:2025.8.4",
            "goauthentik/proxy:2025.8.4",
        ]);
        const named = devWith({ version: "2025.6.1", "images.redis": "redis:8.0", "images.proxy": "my/proxy:1" });
        expect(images(await runProgram({ configuration: named }))).to.deep.equal([
            "postgres:16-alpine",
            "redis:8.0",
            "goauthentik/server:2025.6.1",
            "goauthentik/server:2025.6.1",
            "my/proxy:1",
            "my/proxy:1",
        ]);
    });
});
