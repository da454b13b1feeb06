import { expect } from "chai";
import { identityHeaders } from "../../../../authentik/snippets/application";
import { recorded } from "../../../contract/support/exchanges";
import { snippets } from "./example";

describe("the snippets", () => {
    it("know every header that the outpost says who is there with", () => {
        const { headers = {} } = recorded("outpost auth/nginx with session").response;
        const names = Object.keys(headers).filter((name) => name.startsWith("x-authentik-"));

        expect(identityHeaders.map((name) => `x-authentik-${name}`)).to.have.members(names);
    });

    it("cannot be broken out of by the name of an application", () => {
        for (const text of Object.values<string>({ ...snippets({ name: "Wiki\n} evil;\r\nevil: true" }) }))
            for (const line of text.split("\n").filter((line) => line.includes("evil"))) expect(line).to.match(/^#/);
    });

    it("take no variable and no quote of a text from an application's URL", () => {
        const { nginx, caddy } = snippets({ upstream: 'http://wiki:8080/$a"b`c/' });

        expect(nginx).to.contain('set $authentik_upstream "http://wiki:8080/%24a%22b%60c";');
        // Caddy takes no path in what it forwards to.
        expect(caddy).to.match(/^ +rewrite \* \/%24a%22b%60c\{uri\}\n +reverse_proxy http:\/\/wiki:8080\n/m);
    });

    it("say what to fill in where the application's URL is not known, but not in Nginx Proxy Manager, which knows it", () => {
        const { npm, nginx, caddy } = snippets({ upstream: undefined });

        for (const text of [nginx, caddy]) expect(text).to.match(/^# Replace http:\/\/replace-me\.invalid with/m);
        expect(npm).to.not.contain("replace-me");
    });

    it("refuse a URL that is none", () => {
        expect(() => snippets({ externalHost: "wiki" })).to.throw(TypeError);
    });
});
