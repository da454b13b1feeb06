import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { container, docker } from "../support/host";
import { findLeaks, secretValues } from "../support/leaks";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { expectServing } from "../support/visit";

const required = "Default - Provider authorization flow (implicit consent)";

describe("a blueprint that does not take", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
        // As if the administrator had deleted it: our applications need the flow that it makes.
        await rename(required, "gone");
        shared.stack.configure(shared.configuration({ "applications[0].name": "Organizr, renamed" }));
    });
    after(async () => {
        await rename("gone", required);
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
        expect((await shared.stack.up()).changes).to.deep.equal([]);
    });

    it("fails the update with authentik's own words, what to do, and no secret", async () => {
        const { record, seconds } = await shared.stack.failingUp();
        expect(record.errors).to.contain("applying blueprints failed").and.contain("Required blueprint does not exist");
        expect(record.errors).to.contain("then run `pulumi up` again");
        expect(seconds).to.be.lessThan(120);
        const secrets = await secretValues(shared.stack.opened.stack);
        expect(findLeaks(record.errors + record.output, secrets)).to.deep.equal([]);
        await expectServing(shared.ports);
    });

    it("fails the next update as well, until the cause is fixed", async () => {
        await shared.stack.failingUp();
        await rename("gone", required);
        const { changes } = await shared.stack.up();
        expect(changes).to.include("update it-a-authentik-blueprints-applied");
        await expectServing(shared.ports);
    });
});

describe("what was changed in authentik by hand", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
    });
    const applied = ["update it-a-authentik-blueprints-applied"];

    it("is named by preview --refresh and repaired by up --refresh, secrets as well, and not shown", async () => {
        await sql(`DELETE FROM authentik_object WHERE model = 'authentik_core.application' AND data->>'slug' = 'cwad'`);
        await set("authentik_providers_proxy.proxyprovider", "name", "organizr", {
            internal_host: "http://elsewhere:80",
        });
        await set("authentik_core.token", "identifier", "authentik-stack-api", { key: "of-a-restored-dump" });

        const preview = await shared.stack.preview({ refresh: true });
        expect(preview.changes).to.deep.equal(applied);
        for (const named of ["proxyprovider organizr (internal_host)", "authentik-stack-api (key)", "cwad", "missing"])
            expect(preview.shown).to.contain(named);
        expect(preview.shown).to.not.contain("of-a-restored-dump");
        expect((await shared.stack.up()).changes, "a plain up does not ask").to.deep.equal([]);

        expect((await shared.stack.up({ refresh: true })).changes).to.deep.equal(applied);
        await expectServing(shared.ports);
        expect((await shared.stack.up({ refresh: true })).changes, "the end of a reason is none").to.deep.equal([]);
    });

    it("may be akadmin: the stack works without it, and makes no other", async () => {
        await sql(`DELETE FROM authentik_object WHERE model = 'authentik_core.user' AND data->>'username' = 'akadmin'`);

        expect((await shared.stack.up({ refresh: true })).changes).to.deep.equal([]);
        shared.stack.configure(shared.configuration({ "applications[0].name": "Organizr, without akadmin" }));
        expect((await shared.stack.up()).changes).to.deep.equal(applied);
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
        expect(await sql(`SELECT count(*) FROM authentik_object WHERE data->>'username' = 'akadmin'`)).to.equal("0");
    });
});

describe("a blueprint of the user's own", () => {
    let shared: SharedStack;
    let folder: string;
    before(async () => {
        shared = await sharedStack();
        folder = mkdtempSync(join(tmpdir(), "own-blueprints-"));
    });
    after(async () => {
        rmSync(folder, { recursive: true });
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
    });

    const group = "  - model: authentik_core.group\n    identifiers: {name: readers}\n    attrs: {name: readers}\n";
    const password = "  - model: authentik_stages_password.passwordstage\n    identifiers: {name: own-password}\n";
    const gone = "  - model: authentik_core.group\n    state: absent\n    identifiers: {name: readers}\n";
    const write = (name: string, entries: string) => {
        writeFileSync(join(folder, name), `version: 1\nentries:\n${entries}`);
        return join(folder, name);
    };

    it("is applied after those before it, and asked for at the API", async () => {
        const files = [
            write("groups.yaml", group),
            write(
                "stages.yaml",
                `${password}    attrs: {name: own-password, backends: [authentik.core.auth.InbuiltBackend]}\n`,
            ),
        ];
        shared.stack.configure(shared.configuration({ blueprints: { files } }));
        const { changes } = await shared.stack.up();
        expect(changes).to.deep.equal(["update it-a-authentik-blueprints-applied"]);
        expect((await shared.stack.up()).changes).to.deep.equal([]);
    });

    it("fails the update, which names it, when an object that it declares does not exist afterwards", async () => {
        const files = [write("groups.yaml", group), write("undoes.yaml", gone)];
        shared.stack.configure(shared.configuration({ blueprints: { files } }));
        const { record } = await shared.stack.failingUp();
        expect(record.errors).to.match(
            /authentik_core\.group readers of authentik-stack\/own\/0-groups\.yaml: does not say/,
        );
    });

    it("fails the update, named, with authentik's own words when it is refused", async () => {
        const files = [write("groups.yaml", group), write("wrong.yaml", "  - model: authentik_core.nothing\n")];
        shared.stack.configure(shared.configuration({ blueprints: { files } }));
        const { record } = await shared.stack.failingUp();
        expect(record.errors).to.contain("authentik refused authentik-stack/own/1-wrong.yaml");
        expect(record.errors).to.contain("App or Model does not exist");
    });
});

describe("a dump from before the last update", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
        await postgres("pg_dump", "-Fc", "-f", "/tmp/before.dump", "authentik");
        shared.stack.configure(shared.configuration({ "applications[0].name": "Organizr, renamed" }));
        await shared.stack.up();
        await postgres("pg_restore", "--clean", "--if-exists", "-d", "authentik", "/tmp/before.dump");
    });
    after(async () => {
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
    });

    it("is seen by preview --refresh, which names what it brought back, and brought up to date by up --refresh", async () => {
        const { shown, changes } = await shared.stack.preview({ refresh: true });

        expect(changes).to.deep.equal(["update it-a-authentik-blueprints-applied"]);
        expect(shown).to.match(/not as declared: application \w+ \(name\)/i);
        await shared.stack.up({ refresh: true });
        expect(await sql("SELECT data->>'name' FROM authentik_object WHERE data->>'slug' = 'organizr'")).to.equal(
            "Organizr, renamed",
        );
        await expectServing(shared.ports);
    });
});

describe("what was made in authentik by hand", () => {
    let shared: SharedStack;
    before(async () => {
        shared = await sharedStack();
        // A way in for the stack's account, beside the group; and as if the provider had been called something else.
        await sql(
            "INSERT INTO authentik_object (model, pk, data) SELECT 'authentik_policies.policybinding', gen_random_uuid()::text, " +
                "jsonb_build_object('target', application.pk, 'user', admin.pk::int, 'order', 0, 'enabled', true, 'negate', false) " +
                "FROM authentik_object application, authentik_object admin " +
                "WHERE application.data->>'slug' = 'organizr' AND admin.data->>'username' = 'authentik-stack'; " +
                `UPDATE authentik_object SET data = data || '{"name": "Provider for Organizr"}' ` +
                "WHERE model = 'authentik_providers_proxy.proxyprovider' AND data->>'name' = 'organizr'",
        );
        shared.stack.configure(shared.configuration({ "applications[0].group": "family" }));
    });
    after(async () => {
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
    });

    it("is named by preview --refresh, with what it is taken over for", async () => {
        const { output } = await shared.stack.preview({ refresh: true });

        expect(output).to.contain(
            "binding of user authentik-stack (order 0) at the application organizr (not declared)",
        );
        expect(output).to.match(/the provider Provider for Organizr \(number \d+\) is taken over for the application/);
    });

    it("is taken over or removed, and the update says so", async () => {
        const { output, changes } = await shared.stack.up();

        expect(changes).to.deep.equal(["update it-a-authentik-blueprints-applied"]);
        expect(output).to.contain(
            "removed the binding of user authentik-stack (order 0) from the application organizr",
        );
        expect(output).to.match(/the provider Provider for Organizr \(number \d+\) is taken over for the application/);
        await expectServing(shared.ports);
    });
});

async function rename(from: string, to: string): Promise<void> {
    await set("authentik_blueprints.blueprintinstance", "name", from, { name: to });
}

/** Writes fields of an object past authentik. */
async function set(model: string, field: string, value: string, data: Record<string, string>): Promise<void> {
    const which = `model = '${model}' AND data->>'${field}' = '${value}'`;
    await sql(`UPDATE authentik_object SET data = data || '${JSON.stringify(data)}' WHERE ${which}`);
}

function sql(text: string): Promise<string> {
    return postgres("psql", "-d", "authentik", "-Atqc", text);
}

/** Runs a program of PostgreSQL beside it. */
async function postgres(...command: string[]): Promise<string> {
    const { id } = await container("it-a-authentik-postgres");
    return (await docker("exec", "--user", "postgres", id, ...command)).trim();
}
