import type { Published } from "../ground/fields";
import { type DockerConnection, engineReason } from "./connection";
import { madeOfLabel, resourceLabel, stackLabel } from "./labels";
import type { SeenMake } from "./observation";

/** A service, as the engine tells it. */
export interface SeenService {
    ID: string;
    CreatedAt: string;
    Version: { Index: number };
    Spec: ServiceSpec;
}

interface ServiceSpec {
    Name: string;
    Labels?: Record<string, string>;
    Mode: { Replicated?: { Replicas: number } };
    EndpointSpec?: { Ports?: { PublishedPort: number; Protocol: string }[] };
    TaskTemplate: {
        ContainerSpec: {
            Image: string;
            Env?: string[];
            Mounts?: { Type: string; Source?: string }[];
            Privileges?: object;
            Command?: string[];
            Args?: string[];
            Secrets?: { SecretID: string; File?: SeenFile }[];
            Configs?: { ConfigID: string; File?: SeenFile }[];
        };
        Networks?: { Target: string }[];
        Resources?: { Limits?: object };
    };
}

/** Where a secret or config is in a container, and whose it is there. */
interface SeenFile {
    Name: string;
    UID: string;
}

/** How many containers a service should have. */
export function replicasOf({ Spec }: Pick<SeenService, "Spec">): number {
    return Spec.Mode.Replicated?.Replicas ?? 0;
}

/** All services of a Swarm. */
export async function servicesOf(connection: DockerConnection): Promise<SeenService[]> {
    return await connection.get<SeenService[]>("/services");
}

/**
 * Those of the workloads of a stack: its jobs have no resource.
 *
 * @param stack the stack's identity in labels.
 */
export function workloadsAmong(services: SeenService[], stack: string): SeenService[] {
    return services.filter(({ Spec: { Labels = {} } }) => Labels[stackLabel] === stack && resourceLabel in Labels);
}

/** What a service was made of. */
export function makeOf({ Spec: { Labels = {}, TaskTemplate } }: SeenService): SeenMake {
    const { Command = [], Args = [], Secrets = [], Configs = [] } = TaskTemplate.ContainerSpec;
    const files = [...Secrets, ...Configs.map(({ ConfigID, File }) => ({ File, config: ConfigID }))];
    return {
        ...{ madeOf: Labels[madeOfLabel] ?? "", command: Command, args: Args },
        files: new Map(
            files.flatMap(({ File, ...more }) =>
                File === undefined
                    ? []
                    : [[File.Name, { uid: File.UID, config: "config" in more ? more.config : undefined }]],
            ),
        ),
    };
}

/** Names of the services of others that use a network, by its id. */
export function othersOn(services: SeenService[], stack: string, network: string): string[] {
    return services
        .filter(({ Spec }) => Spec.Labels?.[stackLabel] !== stack)
        .filter(({ Spec }) => Spec.TaskTemplate.Networks?.some(({ Target }) => Target === network))
        .map(({ Spec }) => Spec.Name);
}

/** Ports that a service has on each of its nodes, at every address. */
export function portsOfService({ Spec }: SeenService): Published[] {
    return (Spec.EndpointSpec?.Ports ?? []).map(({ PublishedPort, Protocol }) => ({
        ...{ port: PublishedPort, ip: "0.0.0.0", protocol: Protocol },
    }));
}

/** Has the manager look at a service again, of which nothing changes. */
export async function remind(connection: DockerConnection, id: string): Promise<void> {
    const service = (await connection.client()).getService(id);
    const { Version, Spec } = (await service.inspect()) as SeenService;
    // One that comes too late says that somebody else has changed it, which does the same.
    await service.update({ _query: { version: Version.Index }, _body: Spec }).catch(() => undefined);
}

/**
 * Sets how many containers a service has. The order of its variables stays as it is: the provider sends them in another one each
 * time, and Swarm would restart all of its containers for that.
 *
 * @param pids most processes of each, for which the provider has no argument. Default: as it is.
 * @returns whether it had another number.
 */
export async function scale(
    connection: DockerConnection,
    id: string,
    replicas: number,
    pids?: number,
): Promise<boolean> {
    const docker = await connection.client();
    // Another change may come in between, which a version tells.
    for (let attempt = 1; ; attempt++) {
        const service = docker.getService(id);
        const { Version, Spec } = (await service.inspect()) as SeenService;
        if (replicasOf({ Spec }) === replicas) return false;
        const { TaskTemplate } = Spec;
        const { ContainerSpec, Resources } = TaskTemplate;
        const limited = {
            ...TaskTemplate,
            Resources: { ...Resources, Limits: { ...Resources?.Limits, Pids: pids } },
            // Swarm knows it from Docker 25 on.
            ContainerSpec: { ...ContainerSpec, Privileges: { ...ContainerSpec.Privileges, NoNewPrivileges: true } },
        };
        const spec = {
            ...Spec,
            Mode: { Replicated: { Replicas: replicas } },
            ...(pids === undefined ? {} : { TaskTemplate: limited }),
        };
        const authconfig = pids === undefined ? undefined : await connection.credentials(ContainerSpec.Image);
        try {
            // Else the client would put all of it into the URL as well.
            await service.update({ authconfig, _query: { version: Version.Index }, _body: spec });
            return true;
        } catch (error) {
            if (attempt === 5 || !/out of sequence/.test(engineReason(error))) throw error;
        }
    }
}
