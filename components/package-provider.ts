import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { fitsFile, isSecretSetting, leavesOf } from "../authentik/settings";
import { stackConfig } from "../config/load";
import { componentToken, packageSchema } from "../config/package-schema";
import type { ConfigInput } from "../config/schema";
import { observedRuntime } from "./runtime";
import { formatPath, formatProblems, isObject, type Path, type Problem } from "../ground/problems";
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
        const plain = Object.fromEntries(await Promise.all(values));
        const secretSettings = settingsAmong(await secretPaths(inputs), plain);
        const config = stackConfig({
            ...(plain as unknown as ConfigInput),
            // Secrets may be known later; an output around all of them is one that the engine put there.
            secrets: (pulumi.Output.isInstance(secrets)
                ? await known("secrets", secrets)
                : secrets) as ConfigInput["secrets"],
        });
        const runtime = await observedRuntime(config);
        const { urn, outputs } = new AuthentikStack(name, { config, secretSettings, runtime }, options);
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

/** An output, with what the SDK's declarations do not have: the only way to learn that a preview does not know a value. */
type Given = pulumi.Output<unknown> & { isKnown: Promise<boolean>; promise: () => Promise<unknown> };

/** The value of an argument, which decides which resources there are. */
async function known(key: string, value: unknown): Promise<unknown> {
    const output = pulumi.output(value) as Given;
    if (await output.isKnown) return await output.promise();
    throw new pulumi.RunError(
        `AuthentikStack: ${key} has to be a plain value, since it decides which resources exist; only secrets may be outputs of other resources`,
    );
}

/** Where arguments are secret; all that is below such a path is. */
async function secretPaths(value: unknown, path: Path = []): Promise<Path[]> {
    if (pulumi.Output.isInstance(value))
        return (await pulumi.isSecret(value)) ? [path] : await secretPaths(await (value as Given).promise(), path);
    const parts = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
    return (await Promise.all(parts.map(([key, part]) => secretPaths(part, [...path, key])))).flat();
}

/**
 * The settings at secret paths by their names, which become files.
 *
 * @throws pulumi.RunError for each secret that would be in plain text in the state or in what Docker shows.
 */
function settingsAmong(secret: Path[], inputs: Record<string, unknown>): string[] {
    const settings = secret.filter(([top]) => top === "settings");
    const leaves = leavesOf(isObject(inputs.settings) ? inputs.settings : {}, ["settings"])
        .filter(({ path }) => settings.some((start) => start.every((part, index) => part === path[index])))
        .map(({ path, name, value }) => ({ path, name: name.slice("settings.".length), value }));
    const problem = (path: Path, cure: string): Problem => ({ key: formatPath(path), value: "", cure });
    const problems = [
        ...secret
            .filter(([top]) => top !== "settings")
            .map((path) =>
                problem(
                    path,
                    "is a secret, but this stack would use it in plain text; give it as a plain value, and put what has to stay secret into secrets or settings",
                ),
            ),
        ...leaves
            .filter(({ name, value }) => !isSecretSetting(name) && !fitsFile(name, value))
            .map(({ path }) =>
                problem(
                    path,
                    "is a secret, but parts of authentik cannot read it from a file; give it as a plain value",
                ),
            ),
    ];
    if (problems.length > 0) throw new pulumi.RunError(formatProblems(problems, "AuthentikStack", () => true));
    return leaves.map(({ name }) => name);
}
