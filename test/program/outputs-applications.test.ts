import { expect } from "chai";
import { devConfiguration, devWith } from "../support/configuration";
import { runProgram } from "../support/mocks";
import { type Leaf, leavesOf, valueOf } from "../support/outputs";
import { generated, sentinel } from "../support/provider";
import { onEach } from "../support/runtimes";

const outposts = [
    { name: "ldap", type: "ldap", networks: ["backend"] },
    { name: "radius", type: "radius", networks: ["backend"] },
];
const applications = [
    { slug: "wiki", name: "Wiki", provider: { type: "oidc", redirectUris: ["http://wiki.localhost/callback"] } },
    {
        slug: "paperless",
        name: "Paperless",
        launchUrl: "http://paperless.localhost:8000",
        provider: { type: "oidc", preset: "paperless" },
    },
    {
        slug: "cli",
        name: "A tool",
        provider: { type: "oidc", public: true, redirectUris: ["http://localhost:8400/callback"] },
    },
    { slug: "grafana", name: "Old Grafana", provider: { type: "saml", acsUrl: "http://grafana.localhost/saml/acs" } },
    { slug: "nas", name: "NAS", provider: { type: "ldap", outpost: "ldap", baseDn: "DC=example,DC=com" } },
    { slug: "wifi", name: "Wi-Fi", provider: { type: "radius", outpost: "radius" } },
];

onEach("the program's outputs for other ways to sign in", () => {
    let leaves: Leaf[];
    before(async () => {
        const all = (key: "outposts" | "applications", more: unknown[]) => [
            ...(devConfiguration()[key] as unknown[]),
            ...more,
        ];
        const configuration = devWith({
            outposts: all("outposts", outposts),
            applications: all("applications", applications),
        });
        leaves = await leavesOf((await runProgram({ configuration })).result.applications);
    });
    const leaf = (path: string) => leaves.find((candidate) => candidate.path === path);

    it("are secret exactly where they contain a secret", () => {
        for (const { path, value, secret } of leaves)
            expect(JSON.stringify(value).includes(sentinel), path).to.equal(secret);
        expect(leaves.filter(({ secret }) => secret).map(({ path }) => path)).to.include.members([
            "wiki.oidc.clientSecret",
            "nas.ldap.bindPassword",
            "wifi.radius.sharedSecret",
        ]);
    });

    it("give an OIDC client its endpoints, id and secret", () => {
        expect(leaf("wiki.oidc.issuer")?.value).to.equal("http://authentik.localhost:9000/application/o/wiki/");
        expect(leaf("wiki.oidc.clientId")?.value).to.equal("wiki");
        expect(leaf("wiki.oidc.clientSecret")?.value).to.equal(generated("authentik-application-wiki"));
    });

    it("give a public client no secret, and generate none for it", () => {
        expect(leaf("cli.oidc.clientSecret")).to.deep.include({ value: "", secret: false });
    });

    it("give a consumer with a preset its own settings, with its secret filled in", () => {
        const environment = leaves.filter(({ path }) => path.startsWith("paperless.oidc.environment."));

        expect(environment).to.not.have.length(0);
        expect(environment.map(({ value }) => value).join()).to.contain(generated("authentik-application-paperless"));
    });

    it("give an LDAP consumer the account it binds as", () => {
        expect(leaf("nas.ldap.baseDn")?.value).to.equal("DC=example,DC=com");
        expect(leaf("nas.ldap.bindDn")?.value).to.match(/^cn=[\w-]*nas[\w-]*,ou=users,DC=example,DC=com$/);
        expect(leaf("nas.ldap.bindPassword")?.value).to.equal(generated("authentik-application-nas"));
    });

    it("give a RADIUS client its shared secret", () => {
        expect(leaf("wifi.radius.sharedSecret")?.value).to.equal(generated("authentik-application-wifi"));
    });

    it("give a SAML consumer authentik's metadata", () => {
        expect(leaf("grafana.saml.metadata")?.value).to.equal(
            "http://authentik.localhost:9000/application/saml/grafana/metadata/",
        );
    });
});

onEach("the program with an application behind the outpost in authentik's server", () => {
    it("makes no outpost and no token for it, and leads reverse proxies to the server", async () => {
        const provider = {
            type: "forward_domain",
            outpost: "embedded",
            externalHost: "https://auth.example.com",
            cookieDomain: ".example.com",
        };
        const { result } = await runProgram({
            configuration: devWith({
                url: "https://auth.example.com",
                outposts: undefined,
                applications: [{ slug: "all", name: "All", provider }],
            }),
        });

        expect(result.outposts).to.deep.equal({});
        const { all } = result.applications;
        expect(await valueOf(all?.url ?? "")).to.equal("https://auth.example.com");
        expect(await valueOf(all?.snippets?.nginx ?? "")).to.contain("http://authentik-server:9000");
    });
});
