import Ajv from "ajv";
import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type ScalarTag, type CollectionTag } from "yaml";
import { declarations } from "../../../authentik/declarations";
import { toYaml } from "../../../authentik/blueprints/document";
import { loadConfig } from "../../../config/load";
import { devWith } from "../../support/configuration";
import { startMocks } from "../../support/mocks";

/** authentik's own schemas of blueprints; they are not part of this repository. */
const folder = join(__dirname, "../../../../shared/contract");
const schemaOf = (version: string) => join(folder, `blueprint-schema-${version}.json`);

const applications = [
    {
        slug: "paperless",
        name: "Paperless",
        group: "family",
        launchUrl: "https://paperless.example.com",
        provider: { type: "oidc", preset: "paperless" },
    },
    {
        slug: "spa",
        name: "Single page",
        provider: { type: "oidc", public: true, redirectUris: ["https://spa.example.com/cb"] },
    },
    {
        slug: "wiki",
        name: "Wiki",
        icon: "https://wiki.example.com/icon.svg",
        provider: { type: "saml", acsUrl: "https://wiki.example.com/acs" },
    },
    { slug: "git", name: "Git", provider: { type: "scim", endpoint: "https://git.example.com/scim/v2" } },
    { slug: "directory", name: "Directory", provider: { type: "ldap", outpost: "ak-ldap" } },
    { slug: "wifi", name: "Wi-Fi", provider: { type: "radius", outpost: "ak-radius" } },
    {
        slug: "machines",
        name: "Machines",
        provider: { type: "rac", outpost: "ak-rac", endpoints: [{ name: "one", protocol: "ssh", host: "one" }] },
    },
    {
        slug: "single",
        name: "Single",
        provider: { type: "forward_single", outpost: "ak-proxy", externalHost: "https://single.example.com" },
    },
    {
        slug: "domain",
        name: "Domain",
        provider: {
            type: "forward_domain",
            outpost: "ak-proxy",
            externalHost: "https://a.example.com",
            cookieDomain: "example.com",
        },
    },
    {
        slug: "proxied",
        name: "Proxied",
        provider: {
            type: "proxy",
            outpost: "ak-proxy",
            externalHost: "https://b.example.com",
            internalHost: "http://b:80",
        },
    },
];

/** Every kind of object that this program declares. */
async function documents(): Promise<string[]> {
    const outposts = ["proxy", "ldap", "radius", "rac"].map((type) => ({
        name: `ak-${type}`,
        type,
        networks: ["frontend"],
    }));
    await startMocks({
        configuration: devWith({ applications, outposts, secrets: { "application/git": "a-token-of-theirs" } }),
        secretKeys: ["secrets"],
    });
    const { blueprints } = declarations(loadConfig(), "http://authentik-server:9000");
    const removals = blueprints.flatMap(({ name, owned = {} }) =>
        Object.values(owned).map((entries) => ({ name, entries })),
    );
    return [...blueprints, ...removals].map(toYaml);
}

/** What a schema cannot know is left out: a value behind a tag is of whatever type it turns out to have. */
function withoutTags(text: string): unknown {
    const hidden = { unknown: true };
    const names = ["!Find", "!KeyOf", "!File", "!Format"];
    const customTags = names.flatMap((tag): (ScalarTag | CollectionTag)[] => [
        { tag, collection: "seq", resolve: () => hidden },
        { tag, resolve: () => hidden },
    ]);
    const strip = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.filter((item) => item !== hidden).map(strip);
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(
            Object.entries(value)
                .filter(([, part]) => part !== hidden)
                .map(([key, part]) => [key, strip(part)]),
        );
    };
    return strip(parse(text, { customTags }));
}

for (const version of ["2025.8.4", "2026.2.2"]) {
    describe(`authentik's own schema of blueprints, ${version}`, () => {
        let problems: (text: string) => string[];
        before(function () {
            if (!existsSync(schemaOf(version))) this.skip();
            const schema = JSON.parse(readFileSync(schemaOf(version), "utf8")) as object;
            // It is used too seldom to be worth making fast.
            const code = { optimize: false };
            const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, code }).compile(schema);
            problems = (text) =>
                validate(withoutTags(text))
                    ? []
                    : (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
        });

        it("takes every document of ours", async () => {
            for (const text of await documents()) expect(problems(text), text).to.deep.equal([]);
        });

        it("finds a planted mistake", async () => {
            const [text = ""] = (await documents()).filter((document) => document.includes("forward_single"));

            expect(problems(text.replace("forward_single", "forward_nowhere"))).to.not.be.empty;
            expect(problems(text.replace("authentik_core.application", "authentik_core.aplication"))).to.not.be.empty;
        });
    });
}
