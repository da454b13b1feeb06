import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { PackageProvider } from "../../components/package-provider";
import { runUnderMocks } from "../support/mocks";
import { valueOf } from "../support/outputs";

const component = "authentik-stack:index:AuthentikStack";
const least = {
    version: "2025.8.4",
    url: "https://auth.example.com",
    admin: { email: "admin@example.com" },
    applications: [
        {
            slug: "wiki",
            name: "Wiki",
            launchUrl: "https://wiki.example.com",
            provider: { type: "oidc", redirectUris: ["https://wiki.example.com/callback"] },
        },
    ],
};

async function constructed(inputs: pulumi.Inputs, options = {}, type = component) {
    const { result, resources } = await runUnderMocks(() =>
        new PackageProvider().construct("auth", type, inputs, options),
    );
    return { state: result.state as Record<string, pulumi.Output<unknown>>, resources };
}

function output(state: Record<string, pulumi.Output<unknown>>, key: string): pulumi.Output<unknown> {
    return state[key] ?? pulumi.output(undefined);
}

async function refusal(...given: Parameters<typeof constructed>): Promise<string> {
    return await constructed(...given).then(
        () => "",
        (error: Error) => error.message,
    );
}

describe("the package for programs in other languages", () => {
    it("makes the component from the keys of the configuration, and hands over each output as one", async () => {
        const { state, resources } = await constructed({ ...least, url: pulumi.output(least.url) });
        expect(resources.find(({ name }) => name === "auth")).to.have.property("type", component);
        expect(await valueOf(output(state, "url"))).to.equal(least.url);
        expect(await valueOf(output(state, "applications"))).to.have.nested.property("wiki.oidc.clientId", "wiki");
        expect(await pulumi.isSecret(output(state, "applications"))).to.equal(true);
        expect(await pulumi.isSecret(output(state, "networks"))).to.equal(false);
    });

    it("takes secrets that are outputs", async () => {
        const password = pulumi.secret("a password of an administrator");
        const { state } = await constructed({ ...least, secrets: { "admin-password": password } });
        expect(await valueOf(output(state, "admin"))).to.have.property("password", "a password of an administrator");
    });

    it("reports all that is wrong at once", async () => {
        expect(await refusal({ ...least, url: "nowhere", admin: { email: "nobody" } })).to.match(/^2 problems/);
    });

    it("refuses a provider of docker, whose settings another process has, and a component that it does not have", async () => {
        const provider = {} as pulumi.ProviderResource;
        expect(await refusal(least, { providers: { docker: provider } })).to.contain("set docker:host");
        expect(await refusal(least, {}, "authentik-stack:index:Stack")).to.contain(`has ${component}`);
    });
});
