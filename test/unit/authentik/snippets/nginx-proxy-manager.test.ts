import { expect } from "chai";
import { snippets } from "./example";

describe("the snippet for Nginx Proxy Manager", () => {
    // Its own test of whether the tab "Advanced" brings a default location; without one it would write a second.
    const bringsLocation = /^(?:.*;)?\s*?location\s*?\/\s*?{/im;

    for (const type of ["proxy", "forward_single", "forward_domain"] as const) {
        it(`takes the place of its default location, and needs nothing outside the server block: ${type}`, () => {
            const { npm } = snippets({ type });

            expect(npm).to.match(bringsLocation);
            expect(npm).to.not.match(/^\s*(map|server|upstream|resolver)\b/m);
            expect(npm).to.contain("proxy_pass $forward_scheme://$server:$port$request_uri;");
        });
    }

    it("names the outpost as what to forward to in mode proxy, and asks nobody itself", () => {
        const { npm } = snippets({ type: "proxy" });

        expect(npm).to.contain("forwards to the outpost: ak-outpost, port 9000.");
        expect(npm).to.not.contain("auth_request");
    });

    it("passes the outpost's user name and password on only where the provider sends them", () => {
        expect(snippets({ basicAuth: true }).npm).to.contain(
            "proxy_set_header Authorization $authentik_authorization;",
        );
        expect(snippets().npm).to.not.contain("Authorization");
    });
});
