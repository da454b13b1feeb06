import { expect } from "chai";
import { protectedBy } from "../../../authentik/applications";
import { declarations } from "../../../authentik/declarations";
import { toYaml } from "../../../authentik/blueprints/document";
import { forwarded, version } from "../../support/applications";
import { entryOf, parseBlueprint } from "../../support/blueprint";

describe("declarations", () => {
    const declared = {
        version,
        url: "http://auth.localhost:9000",
        admin: { email: "a@example.com" },
        applications: [forwarded("a", "one"), forwarded("b", "two"), forwarded("c", "one")],
        outposts: [
            { name: "one", type: "proxy" },
            { name: "two", type: "proxy" },
        ],
    };
    const { blueprints } = declarations(declared, "http://server:9000");

    it("declare the administrator, then applications, then outposts, which look their applications up", () => {
        expect(blueprints.map(({ name }) => name)).to.deep.equal([
            "admin",
            "application-a",
            "application-b",
            "application-c",
            "outpost-one",
            "outpost-two",
        ]);
    });

    it("put each application behind the outpost that it names", () => {
        expect(protectedBy("one", declared.applications).map(({ slug }) => slug)).to.deep.equal(["a", "c"]);
        const blueprint = blueprints.find(({ name }) => name === "outpost-two");
        const { attrs } = entryOf(
            parseBlueprint(toYaml(blueprint ?? { name: "", entries: [] })),
            "authentik_outposts.outpost",
        );
        expect(attrs.providers).to.deep.equal([
            { tag: "!Find", value: ["authentik_providers_proxy.proxyprovider", ["name", "b"]] },
        ]);
        expect(attrs.config).to.include({ authentik_host: "http://auth.localhost:9000/" });
    });

    it("declare the administrator alone where nothing is protected", () => {
        const bare = declarations({ ...declared, applications: [], outposts: [] }, "http://server:9000");

        expect(bare.blueprints.map(({ name }) => name)).to.deep.equal(["admin"]);
        expect(bare.checks).to.have.length(1);
    });
});
