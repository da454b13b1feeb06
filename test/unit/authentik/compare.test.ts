import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Existing, existingObjects } from "../../../authentik/existing";
import { configured } from "../../support/applications";
import { answer } from "../../support/probe";

interface Entry {
    model: string;
    state?: string;
    identifiers?: Record<string, unknown>;
    attrs?: Record<string, unknown>;
    permissions?: { permission: string; user: string }[];
}

const group = { name: "authentik-stack", is_superuser: true, attributes: { "authentik-stack": "of last time" } };

/** What the script says of these objects in the database, by model. */
async function compared(objects: Record<string, object[]>, ...blueprints: Entry[][]): Promise<string> {
    const existing = existingObjects({ applications: [] }, "http://127.0.0.1:1");
    return (await comparedWith(existing, objects, ...blueprints)).replace(/^in .*\n/gm, "");
}

/** As well, with what exists and may be taken over. */
async function comparedWith(
    existing: Existing,
    objects: Record<string, object[]>,
    ...blueprints: Entry[][]
): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "compare-"));
    try {
        const path = join(folder, "case.json");
        const named = Object.fromEntries(blueprints.map((entries, index) => [`${index}.yaml`, entries]));
        writeFileSync(path, JSON.stringify({ objects: { Group: [group], ...objects }, blueprints: named }));
        const token = join(folder, "token");
        writeFileSync(token, "a-token");
        const file = join(folder, "existing.json");
        writeFileSync(file, JSON.stringify({ ...existing, token }));
        const scripts = ["../../support/fake-authentik.py", "../../../authentik/compare.py"];
        const args = [...scripts.map((script) => join(__dirname, script)), path, file];
        return await new Promise<string>((resolve, reject) => {
            execFile("python3", ["-I", "-S", "-B", ...args], (error, output, errors) =>
                error === null ? resolve(output.trim()) : reject(new Error(errors)),
            );
        });
    } finally {
        rmSync(folder, { recursive: true });
    }
}

describe("the script that compares authentik with its blueprints", () => {
    const wiki = { model: "Application", identifiers: { name: "wiki" }, attrs: { icon: "a", groups: ["b", "a"] } };
    const held = { Application: [{ name: "wiki", icon: "a", groups: ["a", "b"], order: 3 }] };

    it("says what the last application left where all is as declared, whatever else there is", async () => {
        expect(await compared(held, [wiki])).to.equal("same of last time");
        expect(await compared({ ...held, Group: [] }, [wiki])).to.equal("same");
    });

    it("names what is missing, and what differs with the names of its fields, never a value", async () => {
        const other = { ...wiki, identifiers: { name: "shop" } };
        const changed = { Application: [{ name: "wiki", icon: "secret", groups: ["a"] }] };

        expect(await compared(changed, [wiki], [other])).to.equal(
            "differs Application wiki (groups, icon); Application shop (missing)",
        );
    });

    it("tells which blueprint each is about", async () => {
        const other = { ...wiki, identifiers: { name: "shop" } };
        const existing = existingObjects({ applications: [] }, "http://127.0.0.1:1");

        expect((await comparedWith(existing, held, [other], [wiki])).split("\n")).to.deep.equal([
            "in /blueprints/0.yaml: Application shop (missing)",
            "differs Application shop (missing)",
        ]);
    });

    it("takes what authentik writes in another way than it was declared for the same", async () => {
        const capital = { ...wiki, attrs: { icon: "A" } };

        expect(await compared(held, [capital])).to.equal("same of last time");
        expect(await compared({ Application: [{ name: "wiki", icon: "A" }] }, [capital])).to.contain("wiki (icon)");
    });

    it("knows whether a password is the declared one, although each hash is another", async () => {
        const user = { model: "User", identifiers: { username: "ldap" }, attrs: { password: "hunter2" } };
        const with_ = (password: string) => ({ User: [{ name: "LDAP", username: "ldap", password }] });

        expect(await compared(with_("hash of hunter2"), [user])).to.equal("same of last time");
        expect(await compared(with_("hash of another"), [user])).to.equal("differs User ldap (password)");
    });

    it("leaves alone what is only to be created, and names what is to be absent", async () => {
        const created = { ...wiki, state: "created", attrs: { icon: "b" } };
        const absent = { model: "Application", state: "absent", identifiers: { name: "wiki" } };

        expect(await compared(held, [created])).to.equal("same of last time");
        expect(await compared({}, [created])).to.equal("differs Application wiki (missing)");
        expect(await compared(held, [absent])).to.equal("differs Application wiki (there again)");
        expect(await compared({}, [absent])).to.equal("same of last time");
    });

    it("names a permission that somebody has no longer", async () => {
        const permissions = [{ permission: "search", user: "User LDAP" }];
        const may = (...list: string[][]) => ({ ...held, User: [{ name: "LDAP", username: "ldap", may: list }] });

        expect(await compared(may(["search", "wiki"]), [{ ...wiki, permissions }])).to.equal("same of last time");
        expect(await compared(may(), [{ ...wiki, permissions }])).to.match(/^differs Application wiki \(search of /);
    });

    it("applies none of authentik's own blueprints, and names one of ours that authentik refuses", async () => {
        const required = { model: "authentik_blueprints.metaapplyblueprint", attrs: { required: true } };

        expect(await compared(held, [required, wiki])).to.equal("same of last time");
        expect(await compared(held, [{ ...wiki, attrs: { icon: "MISSING" } }, wiki])).to.equal(
            "differs 0.yaml (authentik refuses it)",
        );
    });

    it("names what is taken over, in whose place it looks for it, and bindings that are not declared", async () => {
        const by = { policy_obj: null, group_obj: null, user_obj: null, enabled: true, negate: false };
        const lists: Record<string, object[]> = {
            "core/applications": [{ pk: "a", slug: "old-wiki", provider: 7, backchannel_providers: [] }],
            "providers/oauth2": [{ pk: 7, name: "Wiki (by hand)", client_id: "wiki" }],
            "policies/bindings": [{ pk: "b", target: "t", order: 2, ...by, group_obj: { name: "strangers" } }],
            "core/application_entitlements": [],
        };
        const requests: string[] = [];
        const server = await answer(({ method = "", url = "" }, response) => {
            requests.push(method);
            const path = new URL(url, "http://server").pathname.replace("/api/v3/", "").replace(/\/$/, "");
            response.end(JSON.stringify({ pagination: { next: 0 }, results: lists[path] ?? [] }));
        });
        const provider = { type: "oidc", clientId: "wiki", redirectUris: ["https://wiki.example.com/cb"] };
        const wiki = configured({ slug: "wiki", name: "Wiki", group: "readers", provider });
        const existing = existingObjects({ applications: [wiki] }, server.url);
        const objects = {
            Provider: [{ pk: "7", name: "Wiki (by hand)", icon: "a" }],
            Application: [{ slug: "old-wiki", name: "Wiki" }],
        };
        const declared = [
            { model: "Provider", identifiers: { name: "wiki" }, attrs: { icon: "b" } },
            { model: "Application", identifiers: { slug: "wiki" }, attrs: { name: "Wiki" } },
        ];
        try {
            expect((await comparedWith(existing, objects, declared)).split("\n")).to.deep.equal([
                "warning: the provider Wiki (by hand) (number 7) is taken over for the application wiki",
                "warning: the application old-wiki is taken over as wiki, with the address of its issuer",
                "in /blueprints/0.yaml: Provider wiki (icon); Application wiki (name)",
                "differs Provider wiki (icon); Application wiki (name)",
            ]);

            lists["core/applications"] = [{ pk: "t", slug: "wiki", provider: 7, backchannel_providers: [] }];
            lists["providers/oauth2"] = [{ pk: 7, name: "wiki", client_id: "wiki" }];
            expect(await comparedWith(existing, { Group: [group] })).to.equal(
                "differs binding of group strangers (order 2) at the application wiki (not declared)",
            );
            expect([...new Set(requests)], "nothing is changed over the API").to.deep.equal(["GET"]);
        } finally {
            await server.close();
        }
    });
});
