import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { PackageProvider } from "../../components/package-provider";
import { container, environmentOf } from "../support/find";
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

    it("makes files of settings that are secret, and variables of the others", async () => {
        const settings = { log_level: "debug", email: { host: "mail", username: pulumi.secret("someone") } };
        const files = async (given: unknown) => {
            const { resources } = await constructed({ ...least, settings: given });
            for (const { inputs, urn } of resources) expect(JSON.stringify(inputs), urn).not.to.contain("someone");
            const { AUTHENTIK_LOG_LEVEL: level, ...environment } = environmentOf(container(resources, "auth-server"));
            const [host, username] = ["HOST", "USERNAME"].map((name) => environment[`AUTHENTIK_EMAIL__${name}`]);
            return { level, host, username };
        };
        const username = "file:///run/secrets/authentik_email__username";
        const one = await files(settings);
        expect(one).to.deep.equal({ level: "debug", host: "mail", username });
        const branch = await files({ ...settings, email: pulumi.output(settings.email) });
        expect(branch).to.deep.equal({ ...one, host: "file:///run/secrets/authentik_email__host" });
    });

    it("refuses other secrets, which would be in plain text, and names each of them but no value", async () => {
        const settings = {
            error_reporting: { enabled: pulumi.secret(true) },
            email: { password: pulumi.secret("hunter2") },
        };
        const admin = { email: pulumi.secret("admin@example.com") };
        const [application] = least.applications;
        const applications = [{ ...application, launchUrl: pulumi.secret("https://wiki.example.com") }];
        const error = await refusal({ ...least, settings, applications, admin });
        expect(error).to.match(/^3 problems/);
        expect(error).to.contain("AuthentikStack:admin.email = [secret] is a secret");
        expect(error).to.contain("AuthentikStack:applications[0].launchUrl = [secret] is a secret");
        expect(error).to.contain("AuthentikStack:settings.error_reporting.enabled = [secret] is a secret");
        expect(error).not.to.contain("example.com");
        expect(await refusal({ ...least, url: pulumi.secret(least.url) })).to.contain("AuthentikStack:url");
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
