import { expect } from "chai";
import { parse } from "yaml";
import { nowhere, throwawayConfiguration } from "../../../../cli/preview/throwaway";
import { previewEnvironment } from "../../../../cli/preview/workspace";
import { resolveEndpoint } from "../../../../engine/docker-endpoint";

const stored = `
encryptionsalt: v1:salt
secretsprovider: passphrase
config:
  docker:host: ssh://docker@server.example.com
  authentik-stack:url: https://auth.example.com
  authentik-stack:secrets:
    database/authentik:
      secure: v1:one
  authentik-stack:settings:
    email:
      host: mail
      password: { secure: v1:two }
  authentik-stack:blueprints:
    secure: v1:three
  authentik-stack:consumers:
    - name: paperless
`;

describe("a configuration for a preview without a key", () => {
    it("keeps plain values, and names no Docker host", () => {
        expect(parse(throwawayConfiguration(stored).text)).to.deep.equal({
            config: {
                "docker:host": nowhere,
                "authentik-stack:url": "https://auth.example.com",
                "authentik-stack:secrets": {},
                "authentik-stack:settings": { email: { host: "mail" } },
                "authentik-stack:consumers": [{ name: "paperless" }],
            },
        });
    });

    it("names every secret by its path, with a placeholder, and an empty object for a whole key", () => {
        const { text, secrets } = throwawayConfiguration(stored);

        expect(secrets).to.deep.equal({
            'authentik-stack:secrets["database/authentik"]': "placeholder-for-a-secret",
            'authentik-stack:settings["email"]["password"]': "placeholder-for-a-secret",
            "authentik-stack:blueprints": "{}",
        });
        expect(text).to.not.match(/v1:|salt/);
    });

    it("leads to no Docker engine, whatever the configuration and the shell name", () => {
        const settings = [
            "context: nas",
            "certPath: /certs",
            "registryAuth: { secure: v1:four }",
            "keyMaterial: { secure: v1:five }",
        ];
        const { text, secrets } = throwawayConfiguration(
            ["config:", ...settings.map((line) => `  docker:${line}`)].join("\n"),
        );
        const shell = {
            DOCKER_CONTEXT: "nas",
            DOCKER_CERT_PATH: "/certs",
            DOCKER_TLS_VERIFY: "1",
            DOCKER_CA_MATERIAL: "x",
        };

        expect(parse(text)).to.deep.equal({ config: { "docker:host": nowhere } });
        expect(secrets).to.deep.equal({});
        const { host, tls } = resolveEndpoint(
            { host: nowhere },
            { ...shell, ...previewEnvironment("/tmp/preview") },
            "/",
        );
        expect([host, tls]).to.deep.equal([nowhere, undefined]);
    });

    it("works for an empty configuration", () => {
        expect(parse(throwawayConfiguration("").text)).to.deep.equal({ config: { "docker:host": nowhere } });
    });

    it("is refused for text that is not YAML", () => {
        expect(() => throwawayConfiguration("config: [")).to.throw(/not valid YAML/);
    });
});
