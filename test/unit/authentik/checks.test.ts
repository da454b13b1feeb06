import { expect } from "chai";
import { secretPaths } from "../../../authentik/blueprints/document";
import { declarations, servingChecks } from "../../../authentik/declarations";
import type { ApplicationConfig } from "../../../authentik/providers";
import { forwarded, version } from "../../support/applications";

const applications = [
    forwarded("a", "one", "http://a.localhost:9080"),
    forwarded("b", "two", "https://b.example.com"),
    forwarded("c", "two", "https://c.example.com"),
];
const outposts = [
    { name: "one", type: "proxy" },
    { name: "two", type: "proxy" },
];

const declared = {
    version,
    url: "http://auth.localhost:9000",
    admin: { email: "a@example.com" },
    applications,
    outposts,
};

describe("the checks after the blueprints", () => {
    const { checks } = declarations(declared, "http://server:9000");
    const check = (name: string) => checks.find((candidate) => candidate.name === name);

    it("sign in with the token of the stack's own account, which has all rights", () => {
        expect(check("the stack's own account with its API token")).to.deep.include({
            url: "http://server:9000/api/v3/core/users/?username=authentik-stack",
            token: secretPaths.apiToken,
            status: 200,
            result: { username: "authentik-stack", is_superuser: true },
        });
    });

    it("look for each application with its provider", () => {
        expect(check("application b")).to.deep.include({
            url: "http://server:9000/api/v3/core/applications/?superuser_full_list=true&slug=b",
            token: secretPaths.apiToken,
            result: { slug: "b", name: "B", provider_obj: { name: "b" } },
        });
    });

    it("look for each outpost with its own applications, by the outpost's own token", () => {
        expect(check("outpost two with its token")).to.deep.include({
            url: "http://server:9000/api/v3/outposts/instances/",
            token: secretPaths.outpostToken("two"),
            status: 200,
            result: { name: "two", type: "proxy", providers_obj: [{ name: "b" }, { name: "c" }] },
        });
    });

    it("ask each outpost by its own token whether the worker has granted it its applications", () => {
        const granted = checks.filter(({ url }) => url === "http://server:9000/api/v3/outposts/proxy/");

        expect(granted.map(({ token, status, result }) => [token, status, result])).to.deep.equal([
            [secretPaths.outpostToken("one"), 200, { name: "a" }],
            [secretPaths.outpostToken("two"), 200, { name: "b" }],
            [secretPaths.outpostToken("two"), 200, { name: "c" }],
        ]);
    });

    it("ask no more than that where nothing is protected", () => {
        expect(
            declarations({ ...declared, applications: [], outposts: [] }, "http://server:9000").checks.map(
                ({ name }) => name,
            ),
        ).to.deep.equal(["the stack's own account with its API token"]);
    });
});

describe("the checks of serving", () => {
    const running = [
        { outpost: "one", internalUrl: "http://one:9000" },
        { outpost: "two", internalUrl: "http://two:9000" },
    ];

    it("expect the pages that people see first, and a redirect for each application from its own outpost, under its own host", () => {
        const checks = servingChecks("http://server:9000", running, applications);
        expect(checks.filter(({ isAdvice }) => isAdvice !== true)).to.deep.equal([
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
            { name: "the front page", url: "http://server:9000/", follows: true, status: 200 },
        ]);
    });

    it("ask the application behind a proxy itself, as advice, and its certificate where that is checked", () => {
        const asked = (internalHostSslValidation: boolean) => {
            const { provider, ...application } = forwarded("d", "one", "http://d.localhost:9080");
            const proxied = { ...provider, type: "proxy", internalHost: "https://d:8443", internalHostSslValidation };
            const one = { ...application, provider: proxied } as ApplicationConfig;
            return servingChecks("http://server:9000", running, [one]).at(-2);
        };
        expect(asked(true)).to.deep.equal({
            name: "the application d does not answer the outpost one",
            url: "https://d:8443",
            isAdvice: true,
            isInsecure: false,
        });
        expect(asked(false)).to.include({ isInsecure: true });
    });

    it("expect these pages alone where nothing is protected", () => {
        expect(servingChecks("http://server:9000", [], []).map(({ name }) => name)).to.deep.equal([
            "the login page",
            "the front page",
        ]);
    });
});
