import { expect } from "chai";
import { application, kinds, outputOf } from "../../../authentik/providers";
import { outpostTypes } from "../../../authentik/roles";
import { configured } from "../../support/applications";

describe("the registry of providers", () => {
    for (const [type, kind] of kinds) {
        it(`leads from ${type} to the kind that has it`, () => {
            const types = JSON.stringify(kind.schema.safeParse({ type }).error?.issues ?? []);

            // Other keys may be missing, but the type is one of its own.
            expect(types).to.not.contain('"path":["type"]');
            expect(kind.model).to.match(/^authentik_providers_\w+\.\w+provider$/);
        });
    }

    it("serves every type of outpost", () => {
        expect(new Set(kinds.flatMap(([, { outpost }]) => outpost ?? []))).to.deep.equal(new Set(outpostTypes));
    });

    it("is what a configuration is told it may choose from", () => {
        const { error } = application.safeParse({ slug: "a", name: "A", provider: { type: "kerberos" } });

        expect(error?.issues[0]?.message).to.equal(
            `must have a type: one of ${kinds.map(([type]) => type).join(", ")}`,
        );
    });
});

describe("what an application has to know", () => {
    const context = {
        base: "https://auth.example.com",
        secret: "",
        outposts: [{ outpost: "o", internalUrl: "http://o:9000" }],
    };
    const wiki = (provider: object) => configured({ slug: "wiki", name: "Wiki", provider });
    const forward = { type: "forward_single", outpost: "o", externalHost: "https://wiki.example.com" };

    it("is where its reverse proxy finds it, in the snippets, when the configuration says so", () => {
        const { url, snippets } = outputOf(wiki({ ...forward, upstream: "http://wiki:8080" }), context);

        expect(url).to.equal("https://wiki.example.com");
        expect(snippets?.nginx).to.contain('set $authentik_upstream "http://wiki:8080";');
        expect(snippets?.caddy).to.not.contain("replace-me");
    });

    it("is marked in the snippets as something to fill in otherwise", () => {
        const { snippets } = outputOf(wiki(forward), context);

        expect(snippets?.caddy).to.match(/^# Replace http:\/\/replace-me\.invalid with/m);
    });

    it("leaves the snippets out where the outpost is elsewhere, and all but the URL where there is nothing to know", () => {
        expect(outputOf(wiki(forward), { ...context, outposts: [] })).to.deep.equal({
            url: "https://wiki.example.com",
        });
        const endpoints = [{ name: "one", protocol: "ssh", host: "one" }];
        expect(outputOf(wiki({ type: "rac", outpost: "o", endpoints }), context)).to.deep.equal({ url: "" });
    });
});
