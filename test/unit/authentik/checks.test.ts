import { expect } from "chai";
import { adminSecrets } from "../../../authentik/blueprints/admin";
import { outpostTokenPath } from "../../../authentik/blueprints/outpost";
import { blueprintChecks, servingChecks } from "../../../authentik/checks";
import type { ApplicationConfig } from "../../../config/applications";

function application(slug: string, outpost: string, externalHost: string): ApplicationConfig {
    return {
        slug,
        name: slug.toUpperCase(),
        provider: { type: "forward_single", outpost, externalHost, skipPaths: [] },
    };
}

const applications = [
    application("a", "one", "http://a.localhost:9080"),
    application("b", "two", "https://b.example.com"),
    application("c", "two", "https://c.example.com"),
];
const outposts = [
    { name: "one", type: "proxy" },
    { name: "two", type: "proxy" },
];

describe("the checks after the blueprints", () => {
    const checks = blueprintChecks("http://server:9000", outposts, applications);
    const check = (name: string) => checks.find((candidate) => candidate.name === name);

    it("sign in with the administrator's token", () => {
        expect(check("the administrator's API token")).to.deep.include({
            url: "http://server:9000/api/v3/core/users/me/",
            token: adminSecrets.token,
            status: 200,
        });
    });

    it("look for each application with its provider", () => {
        expect(check("application b")).to.deep.include({
            url: "http://server:9000/api/v3/core/applications/?superuser_full_list=true&slug=b",
            token: adminSecrets.token,
            result: { slug: "b", name: "B", provider_obj: { name: "b" } },
        });
    });

    it("look for each outpost with its own applications, by the outpost's own token", () => {
        expect(check("outpost two with its token")).to.deep.include({
            url: "http://server:9000/api/v3/outposts/instances/",
            token: outpostTokenPath("two"),
            status: 200,
            result: { name: "two", type: "proxy", providers_obj: [{ name: "b" }, { name: "c" }] },
        });
    });

    it("are one for the administrator, each application and each outpost", () => {
        expect(checks).to.have.length(1 + applications.length + outposts.length);
    });
});

describe("the checks of serving", () => {
    const running = [
        { outpost: "one", internalUrl: "http://one:9000" },
        { outpost: "two", internalUrl: "http://two:9000" },
    ];

    it("expect the login page and a redirect for each application from its own outpost, under its own host", () => {
        expect(servingChecks("http://server:9000", running, applications)).to.deep.equal([
            { name: "the login page", url: "http://server:9000/if/flow/default-authentication-flow/", status: 200 },
            {
                name: "a behind one",
                url: "http://one:9000/outpost.goauthentik.io/start",
                host: "a.localhost:9080",
                status: 302,
            },
            {
                name: "b behind two",
                url: "http://two:9000/outpost.goauthentik.io/start",
                host: "b.example.com",
                status: 302,
            },
            {
                name: "c behind two",
                url: "http://two:9000/outpost.goauthentik.io/start",
                host: "c.example.com",
                status: 302,
            },
        ]);
    });

    it("expect the login page alone where nothing is protected", () => {
        expect(servingChecks("http://server:9000", [], []).map(({ name }) => name)).to.deep.equal(["the login page"]);
    });
});
