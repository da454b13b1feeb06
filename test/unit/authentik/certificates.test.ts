import { expect } from "chai";
import { certificateBlueprints, certificateChecks, sharedCertificates } from "../../../authentik/certificates";
import { stackConfig } from "../../../components";
import { toYaml } from "../../../authentik/blueprints/document";
import { authority } from "../../support/certificates";

const { issued } = authority("The CA", "ldap.example.com", "auth.example.com", "home.example.com", "sso.example.com");
const pem = (name: string) => issued[`${name}.example.com`]?.certificate ?? "";
const secrets = Object.fromEntries(
    ["ldap", "auth", "home", "sso"].map((name) => [`certificate/${name}`, issued[`${name}.example.com`]?.key ?? ""]),
);
const config = stackConfig({
    url: "https://auth.example.com",
    admin: { email: "admin@example.com" },
    gateway: { issuer: "internal" },
    certificates: ["ldap", "auth", "home", "sso"].map((name) => ({ name, certificate: pem(name) })),
    server: { certificate: "auth" },
    outposts: [
        { name: "ak-ldap", type: "ldap", networks: ["backend"] },
        { name: "ak-home", networks: ["frontend"] },
    ],
    applications: [
        {
            slug: "nas",
            name: "NAS",
            provider: { type: "ldap", outpost: "ak-ldap", attributes: { certificate: "ldap" } },
        },
        {
            slug: "home",
            name: "Home",
            provider: {
                type: "proxy",
                outpost: "ak-home",
                externalHost: "https://home.example.com",
                internalHost: "http://home",
            },
        },
        {
            slug: "wiki",
            name: "Wiki",
            provider: { type: "saml", acsUrl: "https://wiki.example.com/acs", signingKey: "sso" },
        },
    ],
    secrets,
});

describe("certificates of one's own", () => {
    it("are authentik's too where its server or a provider names them", () => {
        expect(sharedCertificates(config).map(({ name }) => name)).to.deep.equal(["ldap", "auth", "sso"]);
        expect(sharedCertificates({ ...config, server: {}, applications: [] })).to.deep.equal([]);
    });

    it("reach authentik with their keys as files, and are removed with their last use", () => {
        const [first, ...others] = certificateBlueprints(config);
        expect(others.map(({ name }) => name)).to.deep.equal([
            "certificate-auth",
            "certificate-sso",
            "server-certificate",
        ]);
        const text = toYaml(first ?? { name: "", entries: [] });
        expect(text).to.contain('key_data: !File "/run/secrets/certificate_ldap"').and.not.contain("PRIVATE KEY");
        expect(text).to.contain("-----BEGIN CERTIFICATE-----");
        expect(first?.owned?.["certificate ldap"]).to.deep.equal([
            { model: "authentik_crypto.certificatekeypair", state: "absent", identifiers: { name: "ldap" } },
        ]);
    });

    it("are shown by the server that names one, which shows authentik's own again when it names none", () => {
        const brand = certificateBlueprints(config).at(-1);
        const text = toYaml(brand ?? { name: "", entries: [] }).replaceAll(/\s+/g, " ");
        expect(text).to.contain('web_certificate: !Find - "authentik_crypto.certificatekeypair" - - "name" - "auth"');
        expect(brand?.owned?.["the server's certificate"]?.[0]?.attrs).to.deep.equal({ web_certificate: null });
    });

    it("are asked for at the API, with their keys", () => {
        const urls = certificateChecks(config, "http://s:9000").map(({ url }) => url);
        expect(urls).to.deep.equal([
            ...["ldap", "auth", "sso"].map(
                (name) => `http://s:9000/api/v3/crypto/certificatekeypairs/?name=${name}&has_key=true`,
            ),
            "http://s:9000/api/v3/core/brands/?default=true",
        ]);
    });
});
