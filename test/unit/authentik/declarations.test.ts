import { expect } from "chai";
import { protectedBy } from "../../../authentik/applications";
import { declarations, servingChecks } from "../../../authentik/declarations";
import { toYaml } from "../../../authentik/blueprints/document";
import { configured, forwarded, version } from "../../support/applications";
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

describe("the outpost in authentik's server", () => {
    const provider = {
        type: "forward_domain",
        outpost: "embedded",
        externalHost: "https://auth.example.com",
        cookieDomain: "example.com",
    };
    const applications = [configured({ slug: "all", name: "All", provider })];
    const declared = {
        version,
        url: "https://auth.example.com",
        admin: { email: "a@example.com" },
        applications,
        outposts: [],
    };
    const { blueprints, checks } = declarations(declared, "http://server:9000");
    const blueprint = blueprints.find(({ name }) => name === "outpost-embedded") ?? { name: "", entries: [] };

    it("gets its applications by the name that authentik gave it, and no token", () => {
        const { entries } = parseBlueprint(toYaml(blueprint));

        expect(entries).to.have.length(1);
        expect(entries[0]).to.deep.include({ identifiers: { managed: "goauthentik.io/outposts/embedded" } });
        expect(entries[0]?.attrs.providers).to.deep.equal([
            { tag: "!Find", value: ["authentik_providers_proxy.proxyprovider", ["name", "all"]] },
        ]);
        expect(entries[0]?.attrs.config).to.include({ authentik_host: "https://auth.example.com/" });
    });

    it("stays without applications when it gets none any more", () => {
        const [removal] = Object.values(blueprint.owned ?? {});

        expect(removal?.[0]?.attrs?.providers).to.deep.equal([]);
        expect(removal?.[0]).to.not.have.property("state");
    });

    it("is asked for with the administrator's token, and serves what the applications behind it ask for", () => {
        const check = checks.find(({ name }) => name === "the outpost in authentik's server");
        expect(check?.result).to.deep.include({ providers_obj: [{ name: "all" }] });
        expect(checks.some(({ name }) => name.includes("granted"))).to.equal(false);

        const reachable = [{ outpost: "embedded", internalUrl: "http://server:9000" }];
        expect(servingChecks("http://server:9000", reachable, applications).at(-2)).to.deep.equal({
            name: "all behind embedded",
            url: "http://server:9000/outpost.goauthentik.io/start",
            host: "auth.example.com",
            status: 302,
        });
    });
});

describe("what a client looks up in authentik", () => {
    const provider = {
        type: "oidc",
        redirectUris: ["https://wiki.example.com/cb"],
        signingKey: "My key",
        scopes: ["openid", "groups"],
    };
    const check = (url: string) => {
        const applications = [configured({ slug: "wiki", name: "Wiki", provider })];
        const declared = {
            version,
            url: "https://a.example.com",
            admin: { email: "a@example.com" },
            applications,
            outposts: [],
        };
        return declarations(declared, "http://server:9000").checks.find((one) => one.url.includes(url));
    };

    it("is named when it is not there: the certificate with its key, and each scope", () => {
        expect(check("/crypto/certificatekeypairs/?name=My+key&has_key=true")).to.deep.include({
            name: "certificate My key, the signingKey of wiki",
            result: { name: "My key" },
            isCause: true,
        });
        expect(check("/propertymappings/provider/scope/?scope_name=groups")).to.deep.include({
            name: "scope groups of wiki",
            result: { scope_name: "groups" },
            isCause: true,
        });
    });

    it("is in use afterwards: a client without a signing key signs with its secret", () => {
        expect(check("/providers/oauth2/?name=wiki")).to.deep.include({ filled: ["signing_key"] });
    });

    it("is the icon under the name that the release shows", () => {
        const applications = [configured({ slug: "wiki", name: "Wiki", icon: "fa://fa-book", provider })];
        const declared = {
            version,
            url: "https://a.example.com",
            admin: { email: "a@example.com" },
            applications,
            outposts: [],
        };
        const { checks } = declarations(declared, "http://server:9000");

        expect(checks.find(({ name }) => name === "application wiki")?.result).to.include({
            meta_icon: "fa://fa-book",
        });
    });
});
