import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Bed } from "./support/bed";
import { ask, statusOf } from "./support/http";
import { applyTable, document, entry, flows } from "./support/blueprint-table";
import { Browser } from "./support/browser";

describe("ak apply_blueprint", function () {
    this.timeout(120_000);
    const bed = new Bed();
    const folder = join(bed.folder, "table");
    let port: number;

    before(async () => {
        await bed.open();
        mkdirSync(folder);
        expect((await bed.apply(["custom/admin.yaml"], "early")).log).to.include(
            'relation "authentik_tenants_tenant" does not exist',
        );
        const server = await bed.authentik("server", ["server"]);
        await bed.answers(server, "/-/health/ready/", 200);
        port = await server.port(9000);
        const { code, log } = await bed.apply(["custom/admin.yaml"]);
        expect(code, log).to.equal(0);
    });

    after(() => bed.close());

    for (const [index, [name, text, code, says]] of applyTable.entries()) {
        it(`${name}: ${code}`, async () => {
            writeFileSync(join(folder, `${index}.yaml`), text);
            const applied = await apply([`custom/${index}.yaml`]);
            expect(applied.code, applied.log).to.equal(code);
            for (const part of says) expect(applied.log).to.include(part);
        });
    }

    it("a file that does not exist: 1", async () => {
        const { code, log } = await apply(["custom/not-there.yaml"]);
        expect(code).to.equal(1);
        expect(log).to.include(
            "BlueprintRetrievalFailed: [Errno 2] No such file or directory: '/blueprints/custom/not-there.yaml'",
        );
    });

    it("what was accepted although wrong is there as it was recorded", async () => {
        const [application] = await list("core/applications/?slug=ct-null");
        expect(application).to.have.property("provider", null);
        const [group] = await list("core/groups/?name=ct-file");
        expect(group).to.have.deep.property("attributes", { from: null });
        expect((await list("core/groups/?name=ct-unknown"))[0]).not.to.have.property("no_such_attribute");
    });

    it("a file is applied as a whole or not at all, and its failure shows the keys of its tokens", async () => {
        const token = entry(
            "authentik_core.token",
            "{identifier: ct-leak}",
            "user: !Find [authentik_core.user, [username, akadmin]]\n      intent: api\n      key: planted-token-key",
        );
        writeFileSync(
            join(folder, "leak.yaml"),
            document(token + entry("authentik_core.user", "{username: ct-bad}", "name: x\n      email: nonsense")),
        );
        const { code, log } = await apply(["custom/leak.yaml"]);
        expect(code).to.equal(1);
        expect(log).to.include("planted-token-key");
        expect(await list("core/tokens/?identifier=ct-leak")).to.deep.equal([]);
    });

    it("the admin's password is the one of the file; a new one takes its place", async () => {
        const { secrets } = bed;
        const flow = (password: string) => new Browser(port, "auth.test").signIn("akadmin", password);
        expect((await flow(secrets.admin_password)).body).to.include("xak-flow-redirect");
        expect((await flow("wrong")).body).to.include("Invalid password");
        bed.file("admin_password", "another-password\n", 1000);
        bed.file("admin_token", "another-token\n", 1000);
        expect((await bed.apply(["custom/admin.yaml"])).code).to.equal(0);
        expect((await flow(secrets.admin_password)).body).to.include("Invalid password");
        expect((await flow("another-password")).body).to.include("xak-flow-redirect");
        const status = (token: string) =>
            statusOf(port, "/api/v3/core/users/me/", { authorization: `Bearer ${token}` });
        expect([await status(secrets.admin_token), await status("another-token")]).to.deep.equal([403, 200]);
        bed.file("admin_password", secrets.admin_password, 1000);
        bed.file("admin_token", secrets.admin_token, 1000);
        expect((await bed.apply(["custom/admin.yaml"])).code).to.equal(0);
    });

    it("every kind of provider can be made, and taken away again", async () => {
        const providers = [
            entry(
                "authentik_providers_saml.samlprovider",
                "{name: ct-saml}",
                `${flows}\n      acs_url: https://sp.test/acs\n      sp_binding: post`,
            ),
            entry(
                "authentik_providers_ldap.ldapprovider",
                "{name: ct-ldap}",
                `${flows}\n      base_dn: DC=ldap,DC=test`,
            ),
            entry(
                "authentik_providers_radius.radiusprovider",
                "{name: ct-radius}",
                `${flows}\n      shared_secret: !File /run/secrets/bob_password`,
            ),
            entry("authentik_providers_rac.racprovider", "{name: ct-rac}", flows.split("\n")[0] ?? ""),
        ];
        writeFileSync(join(folder, "kinds.yaml"), document(providers.join("")));
        const made = await apply(["custom/kinds.yaml"]);
        expect(made.code, made.log).to.equal(0);
        const names = async () => (await list("providers/all/?page_size=100")).map(({ name }) => name);
        expect(await names()).to.include.members(["ct-saml", "ct-ldap", "ct-radius", "ct-rac"]);
        writeFileSync(
            join(folder, "absent.yaml"),
            document(providers.join("").replaceAll("    identifiers", "    state: absent\n    identifiers")),
        );
        const removed = await apply(["custom/absent.yaml"]);
        expect(removed.code, removed.log).to.equal(0);
        expect(await names()).not.to.include.members(["ct-saml"]);
    });

    it("tags: context, conditions, loops", async () => {
        const text = `version: 1
context: {team: alpha, members: [one, two]}
entries:
  - model: authentik_core.group
    identifiers: {name: !Format ["ct-%s", !Context team]}
    attrs:
      attributes:
        chosen: !If [!Condition [AND, true, !Context [missing, true]], "yes", "no"]
        listed: !Enumerate [!Context members, SEQ, !Format ["%s-%s", !Index 0, !Value 0]]
        second: !AtIndex [!Context members, 1]
        env: !Env [NOT_SET, fallback]
  - model: authentik_core.group
    conditions: [false]
    identifiers: {name: ct-never}
    attrs: {}
`;
        writeFileSync(join(folder, "tags.yaml"), text);
        const { code, log } = await apply(["custom/tags.yaml"]);
        expect(code, log).to.equal(0);
        const [group] = await list("core/groups/?name=ct-alpha");
        expect(group).to.have.deep.property("attributes", {
            chosen: "yes",
            listed: ["0-one", "1-two"],
            second: "two",
            env: "fallback",
        });
        expect(await list("core/groups/?name=ct-never")).to.deep.equal([]);
    });

    async function apply(paths: string[]): Promise<{ code: number; log: string }> {
        const job = await bed.authentik("job", ["apply_blueprint", ...paths], {}, folder);
        const code = await job.exit(60);
        return { code, log: await job.logs() };
    }

    async function list(path: string): Promise<Record<string, unknown>[]> {
        const headers = { authorization: `Bearer ${bed.secrets.admin_token}` };
        const { body } = await ask(port, { path: `/api/v3/${path}`, headers });
        return (JSON.parse(body) as { results: Record<string, unknown>[] }).results;
    }
});
