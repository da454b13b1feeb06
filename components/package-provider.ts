import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "../config/load";
import { componentToken, packageSchema } from "../config/package-schema";
import type { ConfigInput } from "../config/schema";
import { DockerHost } from "../engine/docker-host";
import { AuthentikStack } from "./stack";

const about = readFileSync(require.resolve("authentik-stack/package.json"), "utf8");
const { version } = JSON.parse(about) as { version: string };

/** The Pulumi package `authentik-stack`: an `AuthentikStack` for programs in any language of Pulumi. */
export class PackageProvider implements pulumi.provider.Provider {
    public readonly version = version;
    public readonly schema = JSON.stringify(packageSchema(version));

    /**
     * Makes the component from the keys of docs/configuration.md.
     *
     * @throws pulumi.RunError that lists every problem of the arguments, before any resource is made.
     */
    public async construct(
        name: string,
        type: string,
        { secrets, ...inputs }: pulumi.Inputs,
        options: pulumi.ComponentResourceOptions,
    ): Promise<pulumi.provider.ConstructResult> {
        if (type !== componentToken) throw new pulumi.RunError(`this package has ${componentToken}, but no ${type}`);
        refuseProvider(options.providers);
        const values = Object.entries(inputs).map(async ([key, value]) => [key, await known(key, value)] as const);
        const config = stackConfig({
            ...(Object.fromEntries(await Promise.all(values)) as unknown as ConfigInput),
            // Secrets may be known later; an output around all of them is one that the engine put there.
            secrets: (pulumi.Output.isInstance(secrets)
                ? await known("secrets", secrets)
                : secrets) as ConfigInput["secrets"],
        });
        const runtime = await DockerHost.observed({ prefix: config.prefix });
        const { urn, outputs } = new AuthentikStack(name, { config, runtime }, options);
        // Each as one output, which is secret if a part of it is: not every language has outputs inside of outputs.
        return {
            urn,
            state: Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, pulumi.output(value)])),
        };
    }
}

/** Another process has the provider: this one would not know which Docker host it leads to. */
function refuseProvider(providers: pulumi.ComponentResourceOptions["providers"]): void {
    if (Object.keys(providers ?? {}).includes("docker"))
        throw new pulumi.RunError(
            "AuthentikStack takes no provider of docker from a program in another language; set docker:host in the stack's configuration",
        );
}

/** The value of an argument, which decides which resources there are. */
async function known(key: string, value: unknown): Promise<unknown> {
    // Missing from the SDK's declarations: the only way to learn that a preview does not know a value.
    const output = pulumi.output(value) as pulumi.Output<unknown> & {
        isKnown: Promise<boolean>;
        promise: () => Promise<unknown>;
    };
    if (await output.isKnown) return await output.promise();
    throw new pulumi.RunError(
        `AuthentikStack: ${key} has to be known before the update, since it decides which resources there are; only secrets may be outputs of other resources`,
    );
}
