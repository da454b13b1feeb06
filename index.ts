import { AuthentikStack } from "./components/stack";
import { dockerHost, hasSecretSettings, loadConfig } from "./config";
import { checkHost } from "./config/host";

/** One authentik per stack: configuration in, one component, outputs out. */
export = async function program() {
    const config = loadConfig();
    await checkHost(config, dockerHost());
    const stack = new AuthentikStack(`${config.prefix}authentik`, {
        config,
        secretSettings: hasSecretSettings(),
        dockerHost: dockerHost(),
    });
    return stack.outputs;
};
