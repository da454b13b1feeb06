import { expect } from "chai";
import type { AuthentikOutputs, Pending } from "../../components/outputs";
import { authority } from "../support/certificates";
import { devWith } from "../support/configuration";
import { container, environmentOf, namesOf, one, recordOf, step } from "../support/find";
import { type Run, runProgram } from "../support/mocks";
import { itOnHost, onEach } from "../support/runtimes";

const none = { certificate: "", key: "" };
const { "cwad.example.com": own = none } = authority("The CA", "cwad.example.com").issued;
const changes = {
    url: "https://authentik.example.com",
    "server.ports": undefined,
    "outposts[0].ports": undefined,
    "outposts[1].ports": undefined,
    "applications[0].provider.externalHost": "https://organizr.example.com",
    "applications[1].provider.externalHost": "https://cwad.example.com",
    gateway: { issuer: "acme" },
    certificates: [{ name: "own", certificate: own.certificate }],
    secrets: { "certificate/own": own.key },
};
const surroundings = { configuration: devWith(changes), secretKeys: ["authentik-stack:secrets", "secrets"] };

onEach("the program with a gateway", () => {
    let run: Run<Pending<AuthentikOutputs>>;
    before(async () => {
        run = await runProgram(surroundings);
    });

    itOnHost("publishes the gateway's ports alone, over UDP as well", () => {
        const { ports } = container(run.resources, "authentik-gateway").inputs;
        expect(ports).to.deep.equal([
            { internal: 80, external: 80, ip: "0.0.0.0" },
            { internal: 443, external: 443, ip: "0.0.0.0" },
            { internal: 443, external: 443, ip: "0.0.0.0", protocol: "udp" },
        ]);
        for (const name of ["authentik-server", "authentik-ak-outpost-organizr", "authentik-ak-outpost-cwad"])
            expect(container(run.resources, name).inputs.ports ?? [], name).to.deep.equal([]);
    });

    it("gives the gateway authentik's name on the networks, one capability and no root", () => {
        const { networksAdvanced, capabilities, user } = container(run.resources, "authentik-gateway").inputs;
        for (const { aliases } of networksAdvanced as { aliases: string[] }[])
            expect(aliases).to.deep.equal(["ak-gateway", "authentik.example.com"]);
        expect(networksAdvanced).to.have.length(2);
        expect(capabilities).to.deep.equal({ drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] });
        expect(user).to.equal("1000:1000");
    });

    itOnHost("gives it its configuration without a network, with the containers that are healthy", () => {
        const { facts, containers = [], secrets } = recordOf(step(run.resources, "authentik-gateway-configured"));
        const [job = {}] = containers;
        expect(job.networksAdvanced).to.deep.equal([]);
        const { SERVER, OUTPOST_AK_OUTPOST_CWAD } = environmentOf({ inputs: job } as never);
        // Docker's DNS knows a container by the first 12 characters of its id; here ids begin with names.
        expect([SERVER, OUTPOST_AK_OUTPOST_CWAD]).to.deep.equal(["authentik-se", "authentik-ak"]);
        expect(Object.keys(facts)).to.include("ak-gateway").and.include("/run/gateway/Caddyfile");
        expect(secrets).to.be.a("string");
        expect(JSON.stringify(containers)).to.not.contain("PRIVATE KEY");
    });

    it("gives authentik a certificate only where the server or a provider names it, with its key as a file", async () => {
        const filesOf = ({ resources }: Pick<typeof run, "resources">) =>
            Object.keys(recordOf(step(resources, "authentik-blueprints-applied")).facts).join(" ");
        const configuration = devWith({ ...changes, "server.certificate": "own" });
        const named = await runProgram({ ...surroundings, configuration });

        expect(filesOf(run)).to.not.contain("certificate");
        expect(filesOf(named)).to.contain("/blueprints/authentik-stack/certificate-own.yaml");
        expect(
            JSON.stringify(recordOf(step(named.resources, "authentik-blueprints-applied")).containers),
        ).to.not.contain("PRIVATE KEY");
    });

    it("asks for certificates of the names that an ACME CA certifies, and fails without", () => {
        const [job = {}] = recordOf(step(run.resources, "authentik-gateway-configured")).containers ?? [];
        const [, asked] =
            /lacking\(\) \{\n +for name in (.*); do/.exec(String((job as { command: string[] }).command)) ?? [];
        // The third one has a certificate of its own.
        expect(asked?.split(" ")).to.deep.equal(["authentik.example.com", "organizr.example.com"]);
    });

    it("is not replaced when only its configuration changes, or a name comes", async () => {
        const { resources } = await runProgram({
            configuration: devWith({ ...changes, gateway: { issuer: "acme" }, secrets: {}, certificates: [] }),
        });
        const provider = { type: "oidc", redirectUris: ["https://wiki.example.com"], upstream: "http://wiki:8000" };
        const wiki = { slug: "wiki", name: "Wiki", launchUrl: "https://wiki.example.com", provider };
        const gateway = { acme: { email: "me@example.com" } };
        const other = await runProgram({
            configuration: devWith({ ...changes, gateway, secrets: {}, certificates: [], "applications[2]": wiki }),
        });
        const [before, after] = [resources, other.resources].map((all) => ({
            container: container(all, "authentik-gateway").inputs,
            configured: recordOf(step(all, "authentik-gateway-configured")).facts,
        }));
        expect(after?.container).to.deep.equal(before?.container);
        expect(after?.configured).to.not.deep.equal(before?.configured);
    });

    itOnHost("keeps what it has on a volume, and hands out no root where its own CA certifies nothing", () => {
        expect(one(run.resources, "volume", "authentik-gateway-data").inputs.name).to.equal("ak_gateway");
        expect(run.result).to.not.have.property("rootCertificate");
    });

    it("hands out the root of its own CA once it has it", async () => {
        const configuration = devWith({ ...changes, secrets: {}, certificates: [], gateway: { issuer: "internal" } });
        const { result, resources } = await runProgram({ configuration, preview: true });
        expect(result).to.have.property("rootCertificate");
        expect(namesOf(resources, "step")).to.include("authentik-gateway-configured");
    });
});
