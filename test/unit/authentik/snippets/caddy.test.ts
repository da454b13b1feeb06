import { expect } from "chai";
import { identityHeaders } from "../../../../authentik/snippets/application";
import { snippets } from "./example";

describe("the snippet for Caddy", () => {
    it("drops what a client says of itself before it asks the outpost, and takes every header of the outpost", () => {
        const { caddy } = snippets();
        const order = [
            "https://wiki.example.com {",
            "reverse_proxy /outpost.goauthentik.io/* http://ak-outpost:9000",
            "request_header -X-Authentik*",
            "request_header -X_Authentik*",
            "forward_auth http://ak-outpost:9000 {",
            "uri /outpost.goauthentik.io/auth/caddy",
            "copy_headers X-Authentik-Username",
            "reverse_proxy http://wiki:8080",
        ];

        const positions = order.map((line) => caddy.indexOf(line));
        expect(positions).to.not.include(-1);
        expect(positions).to.deep.equal(positions.toSorted((a, b) => a - b));
        const copied = /copy_headers (.*)/.exec(caddy)?.[1]?.toLowerCase().split(" ");
        expect(copied).to.have.members(identityHeaders.map((name) => `x-authentik-${name}`));
    });

    it("forwards everything in mode proxy, and gives a domain's sites something to import", () => {
        expect(snippets({ type: "proxy" }).caddy).to.match(/\{\n {4}reverse_proxy http:\/\/ak-outpost:9000\n\}\n$/);
        expect(snippets({ type: "forward_domain" }).caddy).to.match(/^\(authentik-wiki\) \{$/m);
    });
});
