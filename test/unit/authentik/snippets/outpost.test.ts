import { expect } from "chai";
import { parse } from "yaml";
import { type OutpostElsewhere, outpostSnippets } from "../../../../authentik/snippets/outpost";

const outpost: OutpostElsewhere = {
    ...{ name: "far", type: "radius", version: "2025.8.4", image: "ghcr.io/goauthentik/radius:2025.8.4" },
    url: "https://auth.example.com",
    ports: [
        { port: 1812, ip: "0.0.0.0" },
        { port: 1812, ip: "fd00::2" },
    ],
    variables: { AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS: "10.0.0.0/8,fd00::/8", AUTHENTIK_X: "it's $HOME" },
    memory: "256m",
};

describe("the commands for an outpost elsewhere", () => {
    const { "docker-run": command, compose } = outpostSnippets(outpost, "prod");

    it("run it hardened, at authentik's URL, with its token as a file", () => {
        for (const option of [
            "docker run --name far \\\n",
            "--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges:true",
            "--publish 0.0.0.0:1812:1812/udp",
            "--publish [fd00::2]:1812:1812/udp",
            "--env AUTHENTIK_HOST=https://auth.example.com",
            "--env AUTHENTIK_TOKEN=file:///run/secrets/token",
            "--env 'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS=10.0.0.0/8,fd00::/8'",
            String.raw`--env 'AUTHENTIK_X=it'\''s $HOME'`,
            '--volume "$PWD/far.token:/run/secrets/token:ro"',
        ])
            expect(command).to.contain(option);
        expect(command.trimEnd()).to.match(/ghcr\.io\/goauthentik\/radius:2025\.8\.4$/);
    });

    it("are the same for compose", () => {
        const { services, secrets } = parse(compose) as {
            services: Record<string, Record<string, unknown>>;
            secrets: Record<string, unknown>;
        };

        expect(services.far).to.deep.include({
            image: "ghcr.io/goauthentik/radius:2025.8.4",
            read_only: true,
            cap_drop: ["ALL"],
            mem_limit: "256m",
            ports: ["0.0.0.0:1812:1812/udp", "[fd00::2]:1812:1812/udp"],
            secrets: [{ source: "far", target: "/run/secrets/token" }],
        });
        // Compose would take a dollar for a variable of its own.
        expect(services.far?.environment).to.deep.include({ AUTHENTIK_X: "it's $$HOME" });
        expect(secrets).to.deep.equal({ far: { file: "./far.token" } });
    });

    it("say how its token gets there", () => {
        for (const text of [command, compose])
            expect(text).to.contain("npm run --silent output -- outposts.far.token --stack prod | ssh <host>");
    });

    it("have it listen where the host may have no IPv6, from 2026.5 on", () => {
        const { compose: later } = outpostSnippets({ ...outpost, version: "2026.5.6" }, "prod");

        expect(later).to.contain("AUTHENTIK_LISTEN__RADIUS: 0.0.0.0:1812");
    });
});
