import { expect } from "chai";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { declarations } from "../../../../authentik/declarations";
import { secretsOf } from "../../../../config/secrets";
import { configured, version } from "../../../support/applications";
import { errorOf } from "../../../support/bad-configuration";
import { entryOf, found, parseBlueprint, requiredBy } from "../../../support/blueprint";
import { devWith } from "../../../support/configuration";

const provider = { type: "scim", endpoint: "https://git.example.com/scim/v2" };
const application = configured({ slug: "git", name: "Git", provider });

describe("an application whose accounts authentik manages by SCIM", () => {
    const declared = { version, url: "https://auth.example.com", admin: { email: "a@example.com" }, outposts: [] };
    const { blueprints, checks } = declarations({ ...declared, applications: [application] }, "http://server:9000");
    const blueprint = parseBlueprint(toYaml(blueprints[1] ?? { name: "", entries: [] }));

    it("is told to authentik with its endpoint, a token from a file and authentik's own mappings", () => {
        const managed = (name: string) =>
            found("authentik_providers_scim.scimmapping", "managed", `goauthentik.io/providers/scim/${name}`);

        expect(entryOf(blueprint, "authentik_providers_scim.scimprovider").attrs).to.deep.equal({
            url: "https://git.example.com/scim/v2",
            token: { tag: "!File", value: secretPaths.application("git") },
            exclude_users_service_account: true,
            property_mappings: [managed("user")],
            property_mappings_group: [managed("group")],
        });
        expect(requiredBy(blueprint)).to.deep.equal(["System - SCIM Provider - Mappings"]);
    });

    it("has it as a backchannel provider, through which nobody signs in", () => {
        const { attrs } = entryOf(blueprint, "authentik_core.application");

        expect(attrs.backchannel_providers).to.deep.equal([{ tag: "!KeyOf", value: "provider" }]);
        expect(attrs).to.not.have.property("provider");
        expect(checks.find(({ name }) => name === "application git")?.result).to.deep.equal({
            slug: "git",
            name: "Git",
            backchannel_providers_obj: [{ name: "git" }],
        });
    });

    it("needs the token that the application gives out", async () => {
        const applications = [{ slug: "git", name: "Git", provider }];
        const without = devWith({ applications, outposts: [] });

        expect(await errorOf(without)).to.contain(
            "authentik-stack:secrets.application/git is missing, and the application git needs it: " +
                "`pulumi config set --secret --path 'secrets[\"application/git\"]'`",
        );
        const secrets = { "application/git": "a-token-of-theirs" };
        expect(await errorOf({ ...without, secrets }, ["secrets"])).to.equal(undefined);
        const { neededBy } =
            secretsOf({
                version: "2025.8.4",
                postgres: {},
                redis: {},
                consumers: [],
                outposts: [],
                applications: [application],
            }).find(({ name }) => name === "application/git") ?? {};
        expect(neededBy).to.equal("the application git");
    });
});
