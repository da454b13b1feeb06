import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The project's name, and the namespace of its configuration. */
export const project = "authentik-stack";

/** A stack's configuration by key, without the namespace. */
export type Configuration = Record<string, unknown>;

/** The development configuration with ports of the host instead of its gateway, anew at each call, so that tests may change it. */
export function devConfiguration(): Configuration {
    const changes = {
        gateway: undefined,
        url: "http://authentik.localhost:9000",
        "server.ports": [{ port: 9000 }],
        "outposts[0].ports": [{ port: 9080 }],
        "outposts[1].ports": [{ port: 9081 }],
        "applications[0].provider.externalHost": "http://organizr.localhost:9080",
        "applications[1].provider.externalHost": "http://cwad.localhost:9081",
    };
    return withChanges(devFile(), changes);
}

/** The configuration of Pulumi.dev.yaml, as it is. */
export function devFile(): Configuration {
    const text = readFileSync(join(__dirname, "../../Pulumi.dev.yaml"), "utf8");
    const { config } = parse(text) as { config: Configuration };
    return Object.fromEntries(
        Object.entries(config)
            .filter(([key]) => key.startsWith(`${project}:`))
            .map(([key, value]) => [key.slice(project.length + 1), value]),
    );
}

/** Sets the value at a path such as `outposts[0].name`; undefined removes it. */
export function set(configuration: Configuration, path: string, value: unknown): Configuration {
    const parts = path.split(/\.|\[|\]\.?/).filter((part) => part !== "");
    const last = parts.pop() ?? "";
    let holder = configuration;
    for (const part of parts) {
        holder[part] ??= {};
        holder = holder[part] as Configuration;
    }
    if (value === undefined) delete holder[last];
    else holder[last] = value;
    return configuration;
}

/** The development configuration with ports of the host, and with values set by path. */
export function devWith(changes: Record<string, unknown>): Configuration {
    return withChanges(devConfiguration(), changes);
}

/** Sets values by path. */
export function withChanges(configuration: Configuration, changes: Record<string, unknown>): Configuration {
    return Object.entries(changes).reduce((changed, [path, value]) => set(changed, path, value), configuration);
}

/** The configuration as the engine hands it to a program: text stays text, everything else is JSON. */
export function asPulumiHandsOver(configuration: Configuration): Record<string, string> {
    return Object.fromEntries(
        Object.entries(configuration).map(([key, value]) => [
            `${project}:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}
