import { expect } from "chai";
import { adminBlueprint, withoutInitialSetup } from "../../../../authentik/blueprints/admin";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { found, parseBlueprint } from "../../../support/blueprint";

const model = "authentik_core.user";
const administrator = found(model, "username", "akadmin");
const account = { username: "authentik-stack", type: "service_account" };

const find = (name: string, ...conditions: [string, unknown][]) => ({ tag: "!Find", value: [name, ...conditions] });
const condition = (...value: unknown[]) => ({ tag: "!Condition", value });

describe("the administrator's blueprint", () => {
    const { entries } = parseBlueprint(toYaml(adminBlueprint("admin@example.com")));
    const of = (name: string, key: string, value: unknown) =>
        entries.filter((entry) => entry.model === name && entry.identifiers?.[key] === value);

    it("applies authentik's own bootstrap, which makes akadmin, only where authentik did not yet: a deleted one stays so", () => {
        expect(entries[0]?.attrs).to.deep.equal({ identifiers: { name: "authentik Bootstrap" }, required: true });
        const done = find(
            "authentik_blueprints.blueprintinstance",
            ["name", "authentik Bootstrap"],
            ["status", "successful"],
        );
        expect(entries[0]?.conditions).to.deep.equal([condition("NAND", done)]);
    });

    it("gives akadmin the e-mail address and a password that is read from a file", () => {
        const [user, ...others] = of(model, "username", "akadmin");

        expect(others).to.deep.equal([]);
        expect(user?.attrs.email).to.equal("admin@example.com");
        expect(user?.attrs.password).to.deep.equal({ tag: "!File", value: secretPaths.adminPassword });
        expect(user?.attrs, "a disabled one stays so").to.have.all.keys("name", "email", "password");
    });

    it("gives no other akadmin a password than the one that was there when the stack's own account was made", () => {
        const [user] = of(model, "username", "akadmin");
        const [made, kept] = of(model, "username", "authentik-stack");

        const itself: [string, unknown] = ["username", "authentik-stack"];
        const same = find(model, itself, ["attributes__administrator", administrator]);
        expect(user?.conditions).to.deep.equal([
            administrator,
            condition("OR", condition("NAND", find(model, itself)), same),
        ]);
        expect(made).to.deep.include({ state: "created", identifiers: account });
        expect(made?.attrs.attributes).to.deep.equal({ administrator });
        expect(kept?.attrs, "what it remembers stays").to.not.have.property("attributes");
        expect(
            entries.findIndex((one) => one === made),
            "after akadmin",
        ).to.be.greaterThan(entries.findIndex((one) => one === user));
    });

    it("gives the stack an account of its own, with all rights by a group of its own", () => {
        const [group] = of("authentik_core.group", "name", "authentik-stack");
        const kept = of(model, "username", "authentik-stack").at(-1);

        expect(group?.identifiers, "no other of that name").to.deep.equal({
            name: "authentik-stack",
            is_superuser: true,
        });
        expect(kept?.identifiers, "no person of that name").to.deep.equal(account);
        expect(kept?.attrs).to.deep.include({ is_active: true, groups: [{ tag: "!KeyOf", value: "group" }] });
        expect(kept?.attrs).to.not.have.property("password");
    });

    it("gives that account an API token that does not expire and whose key is read from a file", () => {
        const [token] = of("authentik_core.token", "identifier", "authentik-stack-api");

        expect(token?.attrs).to.include({ intent: "api", expiring: false });
        expect(token?.attrs.key).to.deep.equal({ tag: "!File", value: secretPaths.apiToken });
        expect(token?.attrs.user).to.deep.equal({ tag: "!KeyOf", value: "account" });
    });

    it("removes the token that earlier versions gave akadmin", () => {
        expect(of("authentik_core.token", "identifier", "authentik-stack")).to.deep.include.members([
            { model: "authentik_core.token", state: "absent", identifiers: { identifier: "authentik-stack" } },
        ]);
    });
});

describe("the file in the place of the initial setup's blueprint", () => {
    it("declares nothing, under the name by which authentik looks it up", () => {
        expect(parseBlueprint(withoutInitialSetup.content)).to.deep.equal({
            version: 1,
            metadata: { name: "Default - Out-of-box-experience flow" },
            entries: [],
        });
        expect(withoutInitialSetup.path).to.equal("/blueprints/default/flow-oobe.yaml");
    });
});
