import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DockerHost } from "../../../engine/docker-host";
import { connectionOf } from "../../../engine/provider";
import { startEngine } from "../../support/engine";
import { one } from "../../support/find";
import { runUnderMocks, type Surroundings } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const nas = "tcp://nas.example.com:2375";

/** The connection to the engine of a provider. */
async function connected(args?: docker.ProviderArgs, surroundings?: Surroundings) {
    const make = async () => {
        const connection = await connectionOf(args && new docker.Provider("nas", args));
        return { connection };
    };
    return (await runUnderMocks(make, surroundings)).result.connection;
}

describe("the connection to a provider's engine", () => {
    it("leads where the provider is told to go, also with values that come late", async () => {
        const host = pulumi.secret(Promise.resolve(nas));

        expect((await connected({ host }))?.host).to.equal(nas);
    });

    it("has the provider's registries, of which the SDK has no declared output", async () => {
        const registryAuth = [{ address: "registry.example.com", username: "me", password: "mine" }];

        const connection = await connected({ host: nas, registryAuth });

        expect(await connection?.credentials("registry.example.com/a:1")).to.include({ username: "me" });
    });

    it("leads where the stack's docker:* says, when there is no provider", async () => {
        expect((await connected(undefined, { dockerHost: nas }))?.host).to.equal(nas);
    });

    it("is unknown in a preview in which its settings are, and nothing is waited for", async () => {
        const unknown = pulumi.output(nas).apply(() => pulumi.unknown as unknown as string);

        const { resources } = await runUnderMocks(
            async () => {
                const provider = new docker.Provider("nas", { host: unknown });
                expect(await connectionOf(provider)).to.equal(undefined);
                const runtime = await DockerHost.observed({ provider });
                return { volume: runtime.volume("data", { name: "data", keep: true }, {}) };
            },
            { preview: true },
        );

        expect(one(resources, "volume", "data").inputs.name).to.equal("data");
    });
});

describe("a Docker host with a provider", () => {
    const labels = {
        "authentik-stack.stack": "authentik-stack/",
        "authentik-stack.resource": "net",
    };

    it("looks at the provider's engine, and makes its resources with the provider", async () => {
        const engine = await startEngine({
            lists: { networks: [{ Name: "net", Labels: labels, Containers: { gitea: { Name: "gitea" } } }] },
        });
        try {
            const { resources } = await runUnderMocks(async () => {
                const provider = new docker.Provider("nas", { host: engine.host });
                const runtime = await DockerHost.observed({ provider });
                // It is made again because the look found gitea on it.
                runtime.releaseNetwork("net", {});
                return {};
            });

            const { options } = one(resources, "network", "net");
            expect(await valueOf(options.provider?.urn)).to.match(/::pulumi:providers:docker::nas$/);
        } finally {
            await engine.close();
        }
    });

    it("takes no other provider", async () => {
        const failure = await runUnderMocks(() => {
            const [provider, other] = ["nas", "other"].map((name) => new docker.Provider(name, { host: nas }));
            const runtime = new DockerHost({ provider });
            return { volume: runtime.volume("data", { name: "data", keep: true }, { provider: other }) };
        }).catch((error: unknown) => error);

        expect(failure).to.be.instanceOf(pulumi.RunError).with.property("message").that.contains("new DockerHost");
    });
});
