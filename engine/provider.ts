import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type ConnectionSettings, connectionSettings, DockerConnection } from "./connection";
import { ifKnown } from "./step";

/** The provider of Docker's resources that a resource hands to its children. Default: Pulumi's own, which `docker:*` configures. */
export function dockerProviderOf(resource: pulumi.Resource | undefined): docker.Provider | undefined {
    const provider = resource?.getProvider("docker:index/container:Container");
    return docker.Provider.isInstance(provider) ? provider : undefined;
}

/**
 * A connection to the engine that a provider talks to.
 *
 * @param provider Default: Pulumi's own, which `docker:*` configures.
 * @returns undefined in a preview in which the provider's settings are not known yet.
 */
export async function connectionOf(provider?: docker.Provider): Promise<DockerConnection | undefined> {
    if (provider === undefined) return new DockerConnection(connectionSettings(new pulumi.Config("docker")));
    // The SDK has outputs for lists too, as JSON; its declarations leave them out.
    const { host, context, certPath, caMaterial, certMaterial, keyMaterial, sshOpts, registryAuth } =
        provider as docker.Provider & Record<"sshOpts" | "registryAuth", pulumi.Output<string | undefined>>;
    const settings = pulumi
        .output({ host, context, certPath, caMaterial, certMaterial, keyMaterial, sshOpts, registryAuth })
        .apply((known): ConnectionSettings => ({
            ...known,
            sshOpts: listOf(known.sshOpts),
            registryAuth: listOf(known.registryAuth),
        }));
    const known = await ifKnown(settings);
    return known && new DockerConnection(known);
}

function listOf<T>(json: string | undefined): T[] | undefined {
    return json === undefined ? undefined : (JSON.parse(json) as T[]);
}
