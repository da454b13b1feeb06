import * as pulumi from "@pulumi/pulumi";
import { versionWarning } from "./authentik/releases";
import { keepNames, preflight } from "./components/preflight";
import { writeSnippets } from "./components/snippet-files";
import { observedRuntime } from "./components/runtime";
import { AuthentikStack } from "./components/stack";
import { secretSettings, loadConfig } from "./config/load";
import { connectionSettings, DockerConnection } from "./engine/connection";
import { pulumiVersion } from "./ground/pulumi";

/** One authentik per stack: configuration in, one component, outputs out. */
export = async function program() {
    await requirePulumi();
    const config = loadConfig();
    const { prefix, version } = config;
    const name = `${prefix}authentik`;
    const warning = versionWarning(version);
    if (warning !== undefined) await pulumi.log.warn(warning);
    const connection = new DockerConnection(connectionSettings(new pulumi.Config("docker")));
    const runtime = await observedRuntime(config, connection);
    await preflight(config, connection, { name, seen: runtime.observation });
    await keepNames(config, connection, runtime.observation);
    const { outputs } = new AuthentikStack(name, {
        config,
        secretSettings: secretSettings(),
        runtime,
    });
    if (!pulumi.runtime.isDryRun()) writeSnippets(`out/${pulumi.getStack()}`, outputs);
    return outputs;
};

/** Pulumi.yaml requires the same version, but the Automation API and older command lines do not read it there. */
async function requirePulumi(): Promise<void> {
    try {
        await pulumi.runtime.requirePulumiVersion(`>=${pulumiVersion}`);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new pulumi.RunError(
            `authentik-stack needs Pulumi ${pulumiVersion} or later (${reason}); see https://www.pulumi.com/docs/install/`,
        );
    }
}
