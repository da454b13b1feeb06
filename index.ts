import * as pulumi from "@pulumi/pulumi";
import { writeSnippets } from "./components/snippet-files";
import { AuthentikStack } from "./components/stack";
import { dockerHost, hasSecretSettings, loadConfig } from "./config/load";
import { checkHost } from "./components/preflight";

/** One authentik per stack: configuration in, one component, outputs out. */
export = async function program() {
    const config = loadConfig();
    await checkHost(config, dockerHost());
    const { outputs } = new AuthentikStack(`${config.prefix}authentik`, {
        config,
        secretSettings: hasSecretSettings(),
        dockerHost: dockerHost(),
    });
    if (!pulumi.runtime.isDryRun()) writeSnippets(`out/${pulumi.getStack()}`, outputs.applications);
    return outputs;
};
