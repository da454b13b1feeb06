import { expect } from "chai";
import { parse, stringify } from "yaml";
import { mermaid, svg } from "../../cli/graph/draw";
import { declaredTopology } from "../../cli/graph/sources";
import { browser, changesBetween, signInsOf, type Topology } from "../../cli/graph/topology";
import { devConfiguration, project } from "../support/configuration";

const settings = Object.entries(devConfiguration()).map(([key, value]) => [`${project}:${key}`, value]);
const file = stringify({ config: Object.fromEntries(settings) as object });
const part = ({ parts }: Topology, name: string) => parts.find((one) => one.name === name);
const pairs = ({ talks }: Topology) => talks.map(({ from, to }) => `${from} > ${to}`);

/** The development configuration, changed. */
function changed(change: (config: Record<string, unknown>) => void): string {
    const { config } = parse(file) as { config: Record<string, unknown> };
    change(config);
    return stringify({ config });
}

describe("the topology of a stack", () => {
    let topology: Topology;

    before(async () => {
        topology = await declaredTopology(file);
    });

    it("has the containers with their networks, volumes and ports, as the program declares them", () => {
        expect(topology.networks).to.deep.equal({
            frontend_net: { internal: false },
            backend_net: { internal: false },
            db_net: { internal: true },
        });
        expect(part(topology, "ak-outpost-cwad")).to.deep.include({
            kind: "container",
            networks: ["frontend_net", "backend_net"],
            volumes: ["ak-outpost-cwad-sessions"],
            ports: ["127.0.0.1:9081"],
        });
        expect(part(topology, "postgres")).to.deep.include({ networks: ["db_net"], image: "postgres:16-alpine" });
    });

    it("says who talks to whom", () => {
        expect(pairs(topology)).to.have.members([
            `${browser} > authentik-server`,
            `${browser} > ak-outpost-organizr`,
            `${browser} > ak-outpost-cwad`,
            ...["server", "worker"].flatMap((one) => [`authentik-${one} > postgres`, `authentik-${one} > redis`]),
            "ak-outpost-organizr > authentik-server",
            "ak-outpost-cwad > authentik-server",
            "authentik-backup > postgres",
            "ak-outpost-organizr > Applications of ak-outpost-organizr",
            "ak-outpost-cwad > Applications of ak-outpost-cwad",
            "Other stacks > postgres",
            "Other stacks > redis",
        ]);
        expect(part(topology, "Other stacks")?.members).to.deep.equal(["paperless", "n8n"]);
    });

    it("lets devices ask an outpost, and an application ask authentik, under a prefix too", async () => {
        const other = await declaredTopology(
            changed((config) => {
                config["authentik-stack:prefix"] = "nas-";
                config["authentik-stack:outposts"] = [{ name: "ldap", type: "ldap", networks: ["backend"] }];
                config["authentik-stack:applications"] = [
                    {
                        slug: "nas",
                        name: "NAS",
                        provider: { type: "ldap", outpost: "ldap", baseDn: "dc=example,dc=com" },
                    },
                    {
                        slug: "wiki",
                        name: "Wiki",
                        provider: { type: "oidc", redirectUris: ["https://wiki.example.com/cb"] },
                    },
                ];
            }),
        );

        expect(pairs(other)).to.include.members([
            "Applications of ldap > nas-ldap",
            "nas-ldap > nas-authentik-server",
            "Applications that ask authentik > nas-authentik-server",
        ]);
    });

    it("leads people through the gateway where there is one", async () => {
        const other = await declaredTopology(
            changed((config) => {
                config["authentik-stack:url"] = "https://auth.example.com";
                config["authentik-stack:gateway"] = { acme: { email: "admin@example.com" } };
                config["authentik-stack:server"] = {};
                config["authentik-stack:outposts"] = [{ name: "home", networks: ["frontend"] }];
                const provider = {
                    type: "proxy",
                    outpost: "home",
                    externalHost: "https://a.example.com",
                    internalHost: "http://a",
                };
                config["authentik-stack:applications"] = [{ slug: "a", name: "A", provider }];
            }),
        );

        expect(other.talks).to.deep.include({ from: browser, to: "ak-gateway", over: "80, 443, 443/udp" });
        expect(pairs(other)).to.include.members(["ak-gateway > authentik-server", "ak-gateway > home"]);
        expect(pairs(other)).to.not.include("home > ak-gateway");
    });

    it("has what the server itself protects behind the server", async () => {
        const provider = { type: "forward_single", outpost: "embedded", externalHost: "https://a.example.com" };
        const other = await declaredTopology(
            changed((config) => {
                config["authentik-stack:url"] = "https://auth.example.com";
                config["authentik-stack:outposts"] = [];
                config["authentik-stack:applications"] = [{ slug: "a", name: "A", provider }];
            }),
        );

        expect(pairs(other)).to.include("authentik-server > Applications of authentik-server");
        expect(part(other, "Applications of authentik-server")).to.deep.include({ members: ["a"], networks: [] });
    });

    it("needs no secret, and refuses a configuration that the program refuses", async () => {
        const secure = { secure: "v1:of:nobody" };
        const given = changed((config) => (config["authentik-stack:secrets"] = { "secret-key": secure }));
        expect((await declaredTopology(given)).parts).to.deep.equal(topology.parts);

        const wrong = declaredTopology(changed((config) => (config["authentik-stack:urll"] = "https://a")));
        expect(await wrong.catch((error: Error) => error.message)).to.include("authentik-stack:urll");
    });

    it("marks what is new, changed and gone", async () => {
        const after = await declaredTopology(
            changed((config) => {
                config["authentik-stack:consumers"] = [];
                config["authentik-stack:worker"] = { memory: "2g" };
                config["authentik-stack:applications"] = [
                    ...(config["authentik-stack:applications"] as object[]),
                    {
                        slug: "wiki",
                        name: "Wiki",
                        provider: { type: "oidc", redirectUris: ["https://wiki.example.com/cb"] },
                    },
                ];
            }),
        );
        const marked = changesBetween(topology, after);

        expect(part(marked, "Other stacks")?.change).to.equal("gone");
        expect(part(marked, "Applications that ask authentik")?.change).to.equal("new");
        expect(part(marked, "postgres")?.change).to.equal(undefined);
        expect(mermaid(marked)).to.match(/Other stacks \(gone\).*:::gone/);
    });

    it("is drawn as Mermaid and as SVG, in light and dark", async () => {
        const text = mermaid(topology);
        expect(text).to.match(/^flowchart LR\n/);
        expect(text).to.include('["db_net (internal)"]').and.to.include('browser -->|"127.0.0.1:9000"|');

        const drawn = await svg(topology);
        expect(drawn).to.match(/^<svg role="img" aria-label="[^"]+" width/);
        expect(drawn).to.include("prefers-color-scheme: dark").and.to.include("ak&#45;outpost&#45;organizr");
    });

    it("reads from a stack's outputs who signs in where", () => {
        const outposts = { home: { applications: ["a", "nas"] } };
        const applications = {
            a: { url: "https://a" },
            nas: { url: "", ldap: {} },
            wiki: { url: "", oidc: {} },
            b: { snippets: {} },
        };
        expect(signInsOf({ outposts, applications })).to.deep.equal([
            { slug: "a", asks: false, outpost: "home" },
            { slug: "nas", asks: true, outpost: "home" },
            { slug: "wiki", asks: false },
            { slug: "b", asks: false, outpost: "authentik-server" },
        ]);
    });
});
