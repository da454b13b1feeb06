import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import {
    type Container,
    containersOf,
    holdsUnknown,
    isOfThisProject,
    objectOf,
    ofContainer,
    plain,
} from "../container";
import type { Rule } from "../production";
import { isWrittenOut, writtenOut } from "../secret-text";
import { holds, secretFilesOf, shownPlaces, shownTexts } from "../shown-texts";

/** Everyone who can use Docker on the host can read what `docker inspect` shows, and backups keep it. */
export const secretsInSettings: Rule = {
    name: "secrets-in-settings",
    description: "No secret is in an environment variable, a command, a health check or a label.",
    validateResource: ofContainer(({ inputs }, report) => {
        const files = secretFilesOf(inputs);
        for (const { place, name, text } of shownTexts(inputs)) {
            const found = [
                ...(name !== undefined && isWrittenOut(name, text) ? ["a secret, as its name says"] : writtenOut(text)),
                ...(files.some((content) => holds(text, content)) ? ["the content of one of its secret files"] : []),
            ];
            for (const what of found)
                report(`Its ${place} shows ${what}. Deliver it as a file, and name the file there (file:// or _FILE).`);
        }
    }),
};

/** Resource types that generate secrets, and the outputs that are secret. */
const generators: Record<string, string[]> = {
    "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
    "random:index/randomBytes:RandomBytes": ["base64", "hex"],
};

/**
 * Searches all containers for the values of secrets, whatever the setting is called: every secret that the stack generates,
 * every secret file that is an upload, and every docker.Secret.
 */
export const generatedSecrets: StackValidationPolicy = {
    name: "generated-secrets",
    description: "No secret of the stack is in an environment variable, a command, a health check or a label.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => {
        const containers = resources.flatMap((resource) =>
            containersOf(resource).map((container) => ({ resource, container })),
        );
        const secrets = new Map([
            ...resources.flatMap(secretsIn),
            ...containers.flatMap(({ resource, container }) =>
                secretFilesOf(container.inputs).map((content): [string, string] => [
                    content,
                    `a secret file of ${resource.name}`,
                ]),
            ),
        ]);
        for (const { resource, container } of containers) {
            const shows = (what: string) =>
                report(`${container.which}Its ${what}. Deliver it as a file.`, resource.urn);
            for (const { place, text } of shownTexts(container.inputs))
                for (const [secret, origin] of secrets) if (holds(text, secret)) shows(`${place} shows ${origin}`);
            for (const { place, origin } of madeFromSecrets(resource, container))
                shows(`${place} will show ${origin}, from which it is derived`);
        }
    },
};

/** The secrets that a resource generates or contains, each with its name in messages. */
function secretsIn({ type, name, props }: PolicyResource): [string, string][] {
    const known = objectOf(plain(props));
    const values = [
        ...(generators[type] ?? []).map((output) => known[output]),
        ...(type === "docker:index/secret:Secret" && typeof known.data === "string"
            ? [Buffer.from(known.data, "base64").toString()]
            : []),
    ];
    return values.flatMap((value): [string, string][] =>
        typeof value === "string" ? [[value, `the secret ${name}`]] : [],
    );
}

/**
 * A secret that is not generated yet has no value to search for, but Pulumi tells which properties depend on it.
 *
 * The dependencies of a step include those of its files, so they say nothing about its settings. This project's containers
 * have a label with a digest of their files, keyed with a secret that only the stack's state has: it reveals nothing.
 */
function madeFromSecrets(
    { propertyDependencies, urn }: PolicyResource,
    { kind, inputs }: Container,
): { place: string; origin: string }[] {
    if (kind === "job") return [];
    const sources = (place: string) =>
        kind === "service" ? Object.values(propertyDependencies).flat() : (propertyDependencies[place] ?? []);
    return shownPlaces
        .filter((place) => holdsUnknown(inputs[place]) && !(place === "labels" && isOfThisProject(urn)))
        .flatMap((place) =>
            sources(place)
                .filter(({ type }) => type in generators)
                .map(({ name }) => ({ place, origin: `the secret ${name}` })),
        );
}
