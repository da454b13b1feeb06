import { expect } from "chai";
import { parse } from "yaml";
import type { ProtectedApplication } from "../../../../authentik/snippets";
import { identityHeaders } from "../../../../authentik/snippets/application";
import { snippets } from "./example";

/** Labels of a Compose file, by name without `traefik.http.`. */
function labels(changes: Partial<ProtectedApplication> = {}): Record<string, string> {
    const { labels } = parse(snippets(changes).traefik) as { labels: Record<string, string> };
    return Object.fromEntries(
        Object.entries(labels).map(([name, value]) => [name.replace("traefik.http.", ""), value]),
    );
}

describe("the snippet for Traefik", () => {
    it("protects the application, and leaves the outpost's own paths open", () => {
        expect(labels()).to.include({
            "routers.wiki.rule": "Host(`wiki.example.com`)",
            "routers.wiki.middlewares": "authentik-wiki@docker",
            "routers.wiki.service": "wiki",
            "routers.wiki.tls": "true",
            "services.wiki.loadbalancer.server.port": "8080",
            "routers.wiki-outpost.rule": "Host(`wiki.example.com`) && PathPrefix(`/outpost.goauthentik.io/`)",
            "routers.wiki-outpost.service": "wiki-outpost",
            "services.wiki-outpost.loadbalancer.server.url": "http://ak-outpost:9000",
            "middlewares.authentik-wiki.forwardauth.address":
                "http://ak-outpost:9000/outpost.goauthentik.io/auth/traefik",
        });
        expect(labels()).to.not.have.property("routers.wiki-outpost.middlewares");
    });

    it("takes every header of the outpost, and the password only where the provider sends one", () => {
        const header = "middlewares.authentik-wiki.forwardauth.authResponseHeaders";

        expect(labels()[header]?.split(",")).to.have.members(identityHeaders.map((name) => `X-authentik-${name}`));
        expect(labels({ basicAuth: true })[header]).to.match(/,authorization$/);
    });

    it("leaves out TLS for http, and the port that it does not know", () => {
        const plain = labels({ externalHost: "http://wiki.localhost:8000", upstream: undefined });

        expect(plain).to.include({ "routers.wiki.rule": "Host(`wiki.localhost`)" });
        expect(plain).to.not.have.any.keys("routers.wiki.tls", "services.wiki.loadbalancer.server.port");
        expect(plain).to.have.property("services.wiki.loadbalancer.passhostheader");
    });

    it("speaks TLS to an application that does", () => {
        expect(labels({ upstream: "https://wiki" })).to.include({
            "services.wiki.loadbalancer.server.port": "443",
            "services.wiki.loadbalancer.server.scheme": "https",
        });
    });

    it("sends everything to the outpost in mode proxy, and the sign-ins of a domain", () => {
        for (const type of ["proxy", "forward_domain"] as const)
            expect(labels({ type })).to.include({
                "routers.wiki-outpost.rule": "Host(`wiki.example.com`)",
                "services.wiki-outpost.loadbalancer.server.url": "http://ak-outpost:9000",
            });
        expect(Object.keys(labels({ type: "proxy" })).filter((name) => /forwardauth/.test(name))).to.be.empty;
        expect(labels({ type: "forward_domain" })).to.include.keys("middlewares.authentik-wiki.forwardauth.address");
    });
});
