import { expect } from "chai";
import { adminBlueprint, withoutInitialSetup } from "../../../../authentik/blueprints/admin";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { entryOf, parseBlueprint } from "../../../support/blueprint";

describe("the administrator's blueprint", () => {
    const blueprint = parseBlueprint(toYaml(adminBlueprint("admin@example.com")));

    it("waits for authentik's own bootstrap, which makes the user", () => {
        expect(blueprint.entries[0]?.attrs).to.deep.equal({
            identifiers: { name: "authentik Bootstrap" },
            required: true,
        });
    });

    it("gives akadmin the e-mail address and a password that is read from a file", () => {
        const user = entryOf(blueprint, "authentik_core.user");

        expect(user.identifiers).to.deep.equal({ username: "akadmin" });
        expect(user.attrs.email).to.equal("admin@example.com");
        expect(user.attrs.password).to.deep.equal({ tag: "!File", value: secretPaths.adminPassword });
    });

    it("gives akadmin an API token that does not expire and whose key is read from a file", () => {
        const token = entryOf(blueprint, "authentik_core.token");

        expect(token.identifiers).to.deep.equal({ identifier: "authentik-stack" });
        expect(token.attrs).to.include({ intent: "api", expiring: false });
        expect(token.attrs.key).to.deep.equal({ tag: "!File", value: secretPaths.apiToken });
        expect(token.attrs.user).to.deep.equal({
            tag: "!Find",
            value: ["authentik_core.user", ["username", "akadmin"]],
        });
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
