import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { AuthentikOutputs, Pending } from "../../components/outputs";
import { devWith } from "../support/configuration";
import { startEngine } from "../support/engine";
import { container, environmentOf, step } from "../support/find";
import { filesOf } from "../support/files";
import { type Run, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import type { Registered } from "../support/recording";
import { itOnHost, onEach } from "../support/runtimes";

const outposts = ["proxy", "ldap", "radius", "rac"].map((type, index) => ({
    name: `our-${type}`,
    type,
    networks: ["backend"],
    ports: [{ port: 7000 + index, ip: "0.0.0.0" }],
}));
const applications = [
    {
        slug: "wiki",
        name: "Wiki",
        provider: { type: "forward_single", outpost: "our-proxy", externalHost: "http://wiki.localhost" },
    },
    { slug: "nas", name: "NAS", provider: { type: "ldap", outpost: "our-ldap" } },
    { slug: "wifi", name: "Wi-Fi", provider: { type: "radius", outpost: "our-radius" } },
    {
        slug: "desk",
        name: "Desk",
        provider: { type: "rac", outpost: "our-rac", endpoints: [{ name: "a", protocol: "ssh", host: "a:22" }] },
    },
];

/** How an outpost of each kind is reached: inside, and on the port that the host publishes. */
const kinds: [type: string, address: string, internal: number, protocol: string | undefined][] = [
    ["proxy", "http://our-proxy:9000", 9000, undefined],
    ["ldap", "ldap://our-ldap:3389", 3389, undefined],
    ["radius", "radius://our-radius:1812", 1812, "udp"],
    ["rac", "http://our-rac:9300", 9300, undefined],
];

onEach("the program's outposts of each kind", () => {
    let run: Run<Pending<AuthentikOutputs>>;
    const outpost = (type: string) => container(run.resources, `authentik-our-${type}`);
    before(async () => {
        run = await runProgram({ configuration: devWith({ outposts, applications }) });
    });

    itOnHost("are replaced with a new password only if they answer from memory", async () => {
        // What a container is replaced for beside its arguments is in the label of its files.
        const files = ({ inputs }: Registered) =>
            (inputs.labels as { label: string; value: string }[]).find(
                ({ label }) => label === "authentik-stack.made-of",
            );
        const changes = { outposts, applications, "applications[1].provider.mode": "cached" };
        const { resources } = await runProgram({ configuration: devWith(changes) });

        const other = (type: string) => container(resources, `authentik-our-${type}`);
        expect(files(other("ldap"))).to.not.deep.equal(files(outpost("ldap")));
        for (const type of ["proxy", "radius", "rac"])
            expect(files(other(type)), type).to.deep.equal(files(outpost(type)));
    });

    for (const [index, [type, address, internal, protocol]] of kinds.entries()) {
        it(`are reached where ${type} listens, from inside and through the host`, () => {
            expect(run.result.outposts[`our-${type}`]?.addresses).to.deep.equal({ backend_net: address });
            expect(outpost(type).inputs.ports).to.deep.equal([
                { internal, external: 7000 + index, ip: "0.0.0.0", ...(protocol === undefined ? {} : { protocol }) },
            ]);
        });

        it(`run the image of ${type} and are asked for their health by its own command`, () => {
            const { image, healthcheck } = outpost(type).inputs;

            expect(String(image).includes(`goauthentik/${type}:2025.8.6`), String(image)).to.equal(true);
            expect((healthcheck as { tests: string[] }).tests).to.deep.equal(["CMD", `/${type}`, "healthcheck"]);
        });
    }

    it("find authentik inside, and send browsers to where they find it", () => {
        for (const [type] of kinds)
            expect(environmentOf(outpost(type)), type).to.include({
                AUTHENTIK_HOST: "http://authentik-server:9000",
                AUTHENTIK_HOST_BROWSER: "http://authentik.localhost:9000",
            });
    });

    it("wait until the blueprints that make their tokens are applied", async () => {
        const { urn } = step(run.resources, "authentik-blueprints-applied");

        for (const [type] of kinds) {
            const waited = [outpost(type).options.dependsOn].flat() as pulumi.Resource[];
            expect(await Promise.all(waited.map((resource) => valueOf(resource.urn))), type).to.deep.equal([urn]);
        }
    });

    itOnHost("are handed the volume of their sessions before they start", async () => {
        const engine = await startEngine();
        try {
            const configuration = devWith({ outposts, applications });
            const { resources } = await runProgram({ configuration, dockerHost: engine.host });

            await filesOf(resources, "authentik-our-proxy", engine);

            expect(engine.created[0]?.body).to.deep.include({
                Entrypoint: ["find"],
                Cmd: ["/sessions", "(", "!", "-user", "1000", ")", "-exec", "chown", "-h", "1000", "{}", "+"],
            });
            expect((engine.created[0]?.body.HostConfig as { Mounts: unknown }).Mounts).to.deep.equal([
                { Type: "volume", Source: "our-proxy-sessions", Target: "/sessions", ReadOnly: false },
            ]);
        } finally {
            await engine.close();
        }
    });
});
