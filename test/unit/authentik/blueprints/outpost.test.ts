import { expect } from "chai";
import { secretPaths, toYaml } from "../../../../authentik/blueprints/document";
import { outpostBlueprint } from "../../../../authentik/blueprints/outpost";
import { forwarded } from "../../../support/applications";
import { entryOf, parseBlueprint } from "../../../support/blueprint";

describe("an outpost's blueprint", () => {
    const applications = [forwarded("organizr", "o"), forwarded("cwad", "o")];
    const source = outpostBlueprint({ name: "o", type: "proxy" }, applications, "http://auth.test:9000");
    const blueprint = parseBlueprint(toYaml(source));
    const outpost = entryOf(blueprint, "authentik_outposts.outpost");
    const token = entryOf(blueprint, "authentik_core.token");

    it("is named after the outpost", () => {
        expect(source.name).to.equal("outpost-o");
    });

    it("serves every application, found by its provider's name", () => {
        expect(outpost.identifiers).to.deep.equal({ name: "o" });
        expect(outpost.attrs.type).to.equal("proxy");
        expect(outpost.attrs.providers).to.deep.equal(
            ["organizr", "cwad"].map((slug) => ({
                tag: "!Find",
                value: ["authentik_providers_proxy.proxyprovider", ["name", slug]],
            })),
        );
    });

    it("tells the outpost authentik's URL, without which it panics", () => {
        expect(outpost.attrs.config).to.include({ authentik_host: "http://auth.test:9000/" });
    });

    it("gives the token that authentik makes for the outpost a key from a file", () => {
        expect(token.identifiers).to.deep.equal({
            identifier: { tag: "!Format", value: ["ak-outpost-%s-api", { tag: "!KeyOf", value: "outpost" }] },
        });
        expect(outpost.id).to.equal("outpost");
        expect(token.attrs.key).to.deep.equal({ tag: "!File", value: secretPaths.outpostToken("o") });
        expect(token.attrs).to.include({ intent: "api", expiring: false });
    });

    it("names the service account that authentik makes for the outpost as the token's user", () => {
        expect(token.attrs.user).to.deep.equal({
            tag: "!Find",
            value: ["authentik_core.user", ["path", "goauthentik.io/outposts"], ["name", "Outpost o Service-Account"]],
        });
    });

    it("comes after the outpost in the file, since the token exists only then", () => {
        expect(blueprint.entries.indexOf(token)).to.be.greaterThan(blueprint.entries.indexOf(outpost));
    });

    it("has a file of its own for each outpost's token", () => {
        expect(secretPaths.outpostToken("a")).to.not.equal(secretPaths.outpostToken("b"));
    });
});
