import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

interface Entry {
    model: string;
    state?: string;
    identifiers?: Record<string, unknown>;
    attrs?: Record<string, unknown>;
    permissions?: { permission: string; user: string }[];
}

const group = { name: "authentik-stack", is_superuser: true, attributes: { "authentik-stack": "of last time" } };

/** What the script prints of these objects in the database, by model. */
function compared(objects: Record<string, object[]>, ...blueprints: Entry[][]): string {
    const folder = mkdtempSync(join(tmpdir(), "compare-"));
    try {
        const path = join(folder, "case.json");
        const named = Object.fromEntries(blueprints.map((entries, index) => [`${index}.yaml`, entries]));
        writeFileSync(path, JSON.stringify({ objects: { Group: [group], ...objects }, blueprints: named }));
        const scripts = ["../../support/fake-authentik.py", "../../../authentik/compare.py"];
        const args = [...scripts.map((script) => join(__dirname, script)), path];
        return execFileSync("python3", ["-I", "-S", "-B", ...args], { encoding: "utf8" }).trim();
    } finally {
        rmSync(folder, { recursive: true });
    }
}

describe("the script that compares authentik with its blueprints", () => {
    const wiki = { model: "Application", identifiers: { name: "wiki" }, attrs: { icon: "a", groups: ["b", "a"] } };
    const held = { Application: [{ name: "wiki", icon: "a", groups: ["a", "b"], order: 3 }] };

    it("says what the last application left where all is as declared, whatever else there is", () => {
        expect(compared(held, [wiki])).to.equal("same of last time");
        expect(compared({ ...held, Group: [] }, [wiki])).to.equal("same");
    });

    it("names what is missing, and what differs with the names of its fields, never a value", () => {
        const other = { ...wiki, identifiers: { name: "shop" } };
        const changed = { Application: [{ name: "wiki", icon: "secret", groups: ["a"] }] };

        expect(compared(changed, [wiki], [other])).to.equal(
            "differs Application wiki (groups, icon); Application shop (missing)",
        );
    });

    it("takes what authentik writes in another way than it was declared for the same", () => {
        const capital = { ...wiki, attrs: { icon: "A" } };

        expect(compared(held, [capital])).to.equal("same of last time");
        expect(compared({ Application: [{ name: "wiki", icon: "A" }] }, [capital])).to.contain("wiki (icon)");
    });

    it("knows whether a password is the declared one, although each hash is another", () => {
        const user = { model: "User", identifiers: { username: "ldap" }, attrs: { password: "hunter2" } };
        const with_ = (password: string) => ({ User: [{ name: "LDAP", username: "ldap", password }] });

        expect(compared(with_("hash of hunter2"), [user])).to.equal("same of last time");
        expect(compared(with_("hash of another"), [user])).to.equal("differs User ldap (password)");
    });

    it("leaves alone what is only to be created, and names what is to be absent", () => {
        const created = { ...wiki, state: "created", attrs: { icon: "b" } };
        const absent = { model: "Application", state: "absent", identifiers: { name: "wiki" } };

        expect(compared(held, [created])).to.equal("same of last time");
        expect(compared({}, [created])).to.equal("differs Application wiki (missing)");
        expect(compared(held, [absent])).to.equal("differs Application wiki (there again)");
        expect(compared({}, [absent])).to.equal("same of last time");
    });

    it("names a permission that somebody has no longer", () => {
        const permissions = [{ permission: "search", user: "User LDAP" }];
        const may = (...list: string[][]) => ({ ...held, User: [{ name: "LDAP", username: "ldap", may: list }] });

        expect(compared(may(["search", "wiki"]), [{ ...wiki, permissions }])).to.equal("same of last time");
        expect(compared(may(), [{ ...wiki, permissions }])).to.match(/^differs Application wiki \(search of /);
    });

    it("applies none of authentik's own blueprints, and names one of ours that authentik refuses", () => {
        const required = { model: "authentik_blueprints.metaapplyblueprint", attrs: { required: true } };

        expect(compared(held, [required, wiki])).to.equal("same of last time");
        expect(compared(held, [{ ...wiki, attrs: { icon: "MISSING" } }, wiki])).to.equal(
            "differs 0.yaml (authentik refuses it)",
        );
    });
});
