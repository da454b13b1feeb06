import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { type ContainerInputs, isContainer, plain } from "../container";
import { holds, holdsUnknown, secretFilesOf, shownPlaces, shownTexts } from "../settings";

/** Types of generated secrets, and the output that is the secret. */
const generators: Record<string, string[]> = {
    "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
    "random:index/randomBytes:RandomBytes": ["base64", "hex"],
};

/**
 * Secrets by their value, whatever the setting is called: every secret that the stack generates, and every secret file of
 * any container, looked for in all containers.
 */
export const generatedSecrets: StackValidationPolicy = {
    name: "generated-secrets",
    description: "No secret of the stack is in an environment variable, a command, a health check or a label.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => {
        const containers = resources
            .filter(isContainer)
            .map((resource) => ({ resource, inputs: plain(resource.props) as ContainerInputs }));
        const secrets = new Map([
            ...resources.flatMap(generatedBy),
            ...containers.flatMap(({ resource, inputs }) =>
                secretFilesOf(inputs).map((content): [string, string] => [
                    content,
                    `a secret file of ${resource.name}`,
                ]),
            ),
        ]);
        for (const { resource, inputs } of containers) {
            for (const { place, text } of shownTexts(inputs))
                for (const [secret, origin] of secrets)
                    if (holds(text, secret))
                        report(`Its ${place} shows ${origin}. Deliver it as a file.`, resource.urn);
            for (const { place, origin } of madeFromSecrets(resource, inputs))
                report(`Its ${place} will show ${origin}, from which it is made. Deliver it as a file.`, resource.urn);
        }
    },
};

function generatedBy({ type, name, props }: PolicyResource): [string, string][] {
    const outputs = plain(props) as Record<string, unknown>;
    return (generators[type] ?? []).flatMap((output): [string, string][] => {
        const value = outputs[output];
        return typeof value === "string" ? [[value, `the secret ${name}`]] : [];
    });
}

/** Before a secret is generated its value cannot be looked for, but what is made from it names it. */
function madeFromSecrets(
    { propertyDependencies }: PolicyResource,
    inputs: ContainerInputs,
): { place: string; origin: string }[] {
    return shownPlaces
        .filter((place) => holdsUnknown(inputs[place]))
        .flatMap((place) =>
            (propertyDependencies[place] ?? [])
                .filter(({ type }) => type in generators)
                .map(({ name }) => ({ place, origin: `the secret ${name}` })),
        );
}
