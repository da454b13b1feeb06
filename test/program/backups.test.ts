import { expect } from "chai";
import { backupVariables, roles } from "../../authentik/roles";
import { devWith } from "../support/configuration";
import { contentOf } from "../support/files";
import { container, environmentOf, namesOf } from "../support/find";
import { runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";
import { itOnHost, onEach } from "../support/runtimes";

const name = "authentik-backups-container";
const fingerprint = (resources: Registered[]) => contentOf(resources, name, "/run/secrets/secret_key_fingerprint");

onEach("the program's backups", () => {
    let resources: Registered[];
    before(async () => {
        ({ resources } = await runProgram());
    });
    const environment = (all: Registered[]) => environmentOf(container(all, name));

    itOnHost("run in PostgreSQL's image as authentik's user, and ask for their health in it", () => {
        const { inputs } = container(resources, name);

        expect(inputs).to.include({ user: "1000", memory: 512 });
        expect(inputs.image).to.equal(container(resources, "authentik-postgres-server").inputs.image);
        expect((inputs.healthcheck as { tests: string[] }).tests).to.deep.equal([
            "CMD",
            ...["sh", "/run/authentik-stack/backup.sh", "health"],
        ]);
    });

    it("read authentik's files, and those of a gateway, and write nowhere but into their own volume", async () => {
        const mountsOf = (all: Registered[]) => {
            const mounts = container(all, name).inputs.mounts as Record<string, unknown>[];
            return mounts.map(({ source, target, readOnly = false }) => [source, target, readOnly]);
        };
        const always = [
            ["ak_backups", "/backups", false],
            ["ak_media", "/source/media", true],
            ["ak_templates", "/source/templates", true],
            ["ak_certs", "/source/certificates", true],
        ];
        const configuration = devWith({
            ...{ url: "https://auth.example.com", gateway: { acme: { email: "me@example.com" } } },
            ...{ "server.ports": undefined, outposts: [], applications: [] },
        });

        expect(mountsOf(resources)).to.deep.equal(always);
        const { resources: others } = await runProgram({ configuration });
        expect(mountsOf(others)).to.deep.equal([...always, ["ak_gateway", "/source/gateway", true]]);
    });

    it("connect with a role of their own, and save every database of the stack", () => {
        expect(environment(resources)).to.include({
            ...{ PGHOST: "postgres", PGUSER: "ak_backup", PGDATABASE: "authentik" },
            ...{ DATABASES: "authentik paperless n8n", RELEASE: "2025.8.6" },
            ...{ PERIOD: "86400", OFFSET: "12600", VERIFY_PERIOD: "604800", KEEP: "14" },
        });
        expect(namesOf(resources, "password")).to.include("authentik-postgres-backup");
    });

    it("set no variable that the table of roles does not name", () => {
        expect(roles.backup.variables).to.include.members(Object.keys(environment(resources)));
        expect(roles.backup.variables).to.deep.equal(backupVariables);
    });

    it("know the secret key by a fingerprint that does not contain it", async () => {
        const configuration = devWith({ secrets: { "secret-key": "another-key-of-mine" } });
        const other = await runProgram({ configuration, secretKeys: ["secrets"] });

        const first = await fingerprint(resources);
        const second = await fingerprint(other.resources);

        expect(first).to.match(/^[0-9a-f]{16}$/);
        expect(second)
            .to.match(/^[0-9a-f]{16}$/)
            .and.not.equal(first);
    });

    it("use authentik's own role where the database is another's", async () => {
        const configuration = devWith({
            "postgres.external": { host: "db.example.com", user: "ak", database: "of ak" },
            consumers: undefined,
            secrets: { "database/authentik": "of-the-other" },
        });
        const external = (await runProgram({ configuration, secretKeys: ["secrets"] })).resources;

        expect(environment(external)).to.include({
            ...{ PGHOST: "db.example.com", PGUSER: "ak", PGDATABASE: "of ak", DATABASES: "authentik" },
        });
        expect(namesOf(external, "password")).to.not.include("authentik-postgres-backup");
    });

    it("leave no container, role or secret where they are off", async () => {
        const off = (await runProgram({ configuration: devWith({ backup: { run: false } }) })).resources;

        expect(namesOf(off, "container")).to.not.include(name);
        expect(namesOf(off, "password")).to.not.include("authentik-postgres-backup");
    });
});
