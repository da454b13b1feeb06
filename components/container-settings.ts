import type { types } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** Environment variables, known or not yet. */
type Variables = pulumi.Input<Record<string, pulumi.Input<string | number>>>;

/** Secrets of a container as files, and the environment variables that name these files. */
export interface SecretFiles {
    /** `<KEY>_FILE`, with the file's path: no secret. */
    variables: pulumi.Output<Record<string, string>>;
    /** The files, readable by their owner alone. */
    uploads: pulumi.Output<types.input.ContainerUpload[]>;
}

/**
 * Hands secrets to a container whose image reads `<KEY>_FILE` where it reads `<KEY>`.
 *
 * @param owner user inside the container that reads the files, as a numeric id.
 * @param secrets by environment variable; later ones go before earlier ones.
 */
export function secretFiles(owner: number, ...secrets: Variables[]): SecretFiles {
    const all = merged(secrets);
    return {
        // Their names are no secret.
        variables: pulumi
            .unsecret(all)
            .apply((values) => Object.fromEntries(Object.keys(values).map((key) => [`${key}_FILE`, pathOf(key)]))),
        uploads: pulumi.secret(all).apply((values) =>
            Object.entries(values).map(([key, content]) => ({
                file: pathOf(key),
                content: String(content),
                owner: String(owner),
                group: String(owner),
                permissions: "0400",
            })),
        ),
    };
}

/** Environment variables as a docker.Container takes them; later ones go before earlier ones. */
export function containerEnvs(...variables: Variables[]): pulumi.Output<string[]> {
    return merged(variables).apply((values) => Object.entries(values).map(([key, value]) => `${key}=${value}`));
}

function merged(variables: Variables[]): pulumi.Output<Record<string, string | number>> {
    const known = variables.map((values): pulumi.Output<Record<string, string | number>> => pulumi.output(values));
    return pulumi.all(known).apply((list) => Object.assign({}, ...list) as Record<string, string | number>);
}

function pathOf(key: string): string {
    return `/run/secrets/${key.toLowerCase()}`;
}
