import { expect } from "chai";
import { toYaml } from "../../../authentik/blueprints/document";
import { declarations } from "../../../authentik/declarations";
import { modelReleases } from "../../../authentik/models";
import { presetNames } from "../../../authentik/presets";
import { kinds } from "../../../authentik/providers";
import { loadConfig } from "../../../config/load";
import { devWith } from "../../support/configuration";
import { startMocks } from "../../support/mocks";
import { problemsOf } from "../../support/schemas/written";

const applications = [
    {
        slug: "paperless",
        name: "Paperless",
        group: "family",
        libraryGroup: "Documents",
        description: "Letters and receipts",
        publisher: "Paperless-ngx",
        openInNewTab: true,
        launchUrl: "https://paperless.example.com",
        hidden: true,
        provider: { type: "oidc", preset: "paperless", emailVerified: true },
    },
    {
        slug: "grown",
        name: "Grown",
        provider: {
            type: "oidc",
            redirectUris: ["https://grown.example.com/cb"],
            scopes: ["openid", { name: "role", expression: "return {}" }],
            subMode: "user_email",
            logout: { uri: "https://grown.example.com/logout" },
            attributes: { access_token_validity: "hours=1", encryption_key: "jwe", authentication_flow: "mfa" },
        },
    },
    ...presetNames
        .filter((preset) => preset !== "paperless")
        .map((preset) => ({
            slug: preset,
            name: preset,
            launchUrl: `https://${preset}.example.com`,
            provider: { type: "oidc", preset },
        })),
    {
        slug: "spa",
        name: "Single page",
        provider: { type: "oidc", public: true, redirectUris: ["https://spa.example.com/cb"] },
    },
    {
        slug: "wiki",
        name: "Wiki",
        icon: "https://wiki.example.com/icon.svg",
        access: { groups: ["family"], users: ["alice"], expression: "return True" },
        entitlements: [{ name: "editors", groups: ["family"], users: ["alice"], attributes: { role: "editor" } }],
        provider: {
            type: "saml",
            acsUrl: "https://wiki.example.com/acs",
            attributes: { name_id_mapping: "NameID", sign_response: true, encryption_kp: "wiki" },
        },
    },
    { slug: "git", name: "Git", provider: { type: "scim", endpoint: "https://git.example.com/scim/v2" } },
    {
        slug: "directory",
        name: "Directory",
        access: { mode: "all", groups: ["a", "b"] },
        provider: { type: "ldap", outpost: "ak-ldap", attributes: { certificate: "ldap", gid_start_number: 9000 } },
    },
    { slug: "wifi", name: "Wi-Fi", provider: { type: "radius", outpost: "ak-radius" } },
    {
        slug: "machines",
        name: "Machines",
        provider: {
            type: "rac",
            outpost: "ak-rac",
            endpoints: [{ name: "one", protocol: "ssh", host: "one", attributes: { settings: { "font-size": 14 } } }],
            attributes: { delete_token_on_disconnect: true },
        },
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
        slug: "whole-domain",
        name: "Domain of authentik",
        provider: {
            type: "forward_domain",
            outpost: "embedded",
            externalHost: "https://auth.example.org",
            cookieDomain: "example.org",
        },
    },
    {
        slug: "proxied",
        name: "Proxied",
        provider: {
            type: "proxy",
            outpost: "ak-proxy",
            externalHost: "https://b.example.com",
            internalHost: "https://b:443",
            internalHostSslValidation: false,
            skipPaths: ["^/api/.*"],
            basicAuth: { usernameAttribute: "app_user", passwordAttribute: "app_password" },
        },
    },
];

/** Every kind of object that this program declares in a release, and how each is removed again, as blueprints. */
async function documents(version: string): Promise<string[]> {
    const outposts = ["proxy", "ldap", "radius", "rac"].map((type) => ({
        name: `ak-${type}`,
        type,
        networks: ["frontend"],
    }));
    await startMocks({
        configuration: devWith({
            version,
            applications,
            outposts,
            secrets: { "application/git": "a-token-of-theirs" },
        }),
        secretKeys: ["secrets"],
    });
    const { blueprints } = declarations(loadConfig(), "http://authentik-server:9000");
    const removals = blueprints.flatMap(({ name, owned = {} }) =>
        Object.values(owned).map((entries) => ({ name, entries })),
    );
    return [...blueprints, ...removals].map(toYaml);
}

describe("what the blueprints write", () => {
    it("is tried with every kind of provider", () => {
        const types = applications.map(({ provider }) => provider.type);

        expect(types).to.include.members(kinds.map(([type]) => type));
    });

    for (const version of modelReleases) {
        it(`can be written in ${version}, by name and by type`, async () => {
            for (const text of await documents(version))
                expect(problemsOf(text, version), `${version}\n${text}`).to.deep.equal([]);
        });
    }

    it("finds planted mistakes", async () => {
        const texts = await documents("2025.8.4");
        const planted = (from: string, to: string) =>
            texts.flatMap((text) => problemsOf(text.replace(from, to), "2025.8.4"));

        expect(planted("forward_single", "forward_nowhere")).to.have.length(1);
        expect(planted('"authentik_core.application"', '"authentik_core.aplication"')).to.not.be.empty;
        expect(planted("icon:", "meta_icon:")).to.deep.equal([
            "meta_icon is an attribute of authentik_core.application only from 2025.12 on; remove it",
        ]);
        expect(planted("internal_host:", "upstream:")).to.not.be.empty;
        expect(planted("expiring: false", 'expiring: "no"')).to.not.be.empty;
    });
});
