import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { type Access, accessOf, reviewAccess } from "../../../authentik/access";
import { formatPath } from "../../../ground/problems";
import { configured } from "../../support/applications";

const provider = { type: "oidc", redirectUris: ["https://wiki.example.com/cb"] };
const wiki = (keys: object) => configured({ slug: "wiki", name: "Wiki", provider, ...keys });

/** Whether the policy of this name lets a person in, as Python finds. */
function passes(access: Access | undefined, name: string, username: string, groups: string[]): boolean {
    const way = access?.ways.find((one) => one.name === name);
    if (way?.kind !== "policy") throw new Error(`no policy ${name} in ${JSON.stringify(access)}`);
    const script = [
        "import json, sys, textwrap, types",
        "given = json.load(sys.stdin)",
        "user = types.SimpleNamespace(username=given['username'])",
        "request = types.SimpleNamespace(user=user)",
        "ak_is_group_member = lambda user, name: name in given['groups']",
        "exec('def handler():\\n' + textwrap.indent(given['expression'], '    '))",
        "print(bool(handler()))",
    ];
    const input = JSON.stringify({ username, groups, expression: way.expression });
    return (
        execFileSync("python3", ["-I", "-S", "-c", script.join("\n")], { input })
            .toString()
            .trim() === "True"
    );
}

describe("who may enter", () => {
    it("is not the stack's business where it is not configured", () => {
        expect(accessOf(wiki({}))).to.equal(undefined);
    });

    it("is one group in the short form", () => {
        expect(accessOf(wiki({ group: "family" }))).to.deep.equal(accessOf(wiki({ access: { groups: ["family"] } })));
    });

    it("is a policy where several groups have to hold, since authentik takes one of them for enough", () => {
        const access = accessOf(wiki({ access: { mode: "all", groups: ["a", 'b"\\'], users: ["alice"] } }));
        const name = "wiki: groups and users";

        expect(access?.ways.map(({ kind }) => kind)).to.deep.equal(["policy"]);
        expect(passes(access, name, "alice", ["a", 'b"\\'])).to.equal(true);
        expect(passes(access, name, "alice", ["a"])).to.equal(false);
        expect(passes(access, name, "bob", ["a", 'b"\\'])).to.equal(false);
    });

    it("is authentik's own binding where one group and an expression have to hold", () => {
        const access = accessOf(wiki({ access: { mode: "all", groups: ["a"], expression: "return False" } }));

        expect(access).to.deep.equal({
            mode: "all",
            ways: [
                { kind: "group", name: "a" },
                { kind: "policy", name: "wiki: access", expression: "return False" },
            ],
        });
    });

    it("is always the account of the application itself", () => {
        const all = { mode: "all", groups: ["a"], expression: "if False:\n    pass\n\nreturn False" };
        const access = accessOf(wiki({ access: all }), "ldap-nas");

        for (const name of ["wiki: groups and users", "wiki: access"]) {
            expect(passes(access, name, "ldap-nas", []), name).to.equal(true);
            expect(passes(access, name, "bob", []), name).to.equal(false);
        }
        expect(passes(access, "wiki: groups and users", "bob", ["a"])).to.equal(true);
        expect(accessOf(wiki({ group: "a" }), "ldap-nas")?.ways).to.deep.equal([
            { kind: "group", name: "a" },
            { kind: "user", name: "ldap-nas" },
        ]);
    });

    const problems: [what: string, keys: object, where: string, cure: string][] = [
        ["group beside access", { group: "a", access: { groups: ["b"] } }, "group", "use one of the two"],
        ["access that gives nobody access", { access: {} }, "access", "gives nobody access"],
        ["two users at once", { access: { mode: "all", users: ["a", "b"] } }, "access.users", "nobody is all of them"],
        ["an entitlement twice", { entitlements: [{ name: "a" }, { name: "a" }] }, "entitlements[1].name", "another"],
    ];
    for (const [what, keys, where, cure] of problems)
        it(`is refused: ${what}`, () => {
            const found: string[] = [];
            reviewAccess(wiki(keys), (path, why) => found.push(`${formatPath(path)} ${why}`));

            expect(found).to.have.length(1);
            expect(found[0])
                .to.match(new RegExp(`^${where.replace(/[[\].]/g, "\\$&")} `))
                .and.contain(cure);
        });

    for (const expression of ["return (", "", "if x\n  return True"])
        it(`is refused: the expression ${JSON.stringify(expression)}`, () => {
            expect(() => wiki({ access: { expression } })).to.throw();
        });
});
