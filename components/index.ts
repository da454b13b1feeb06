/**
 * The components as a library: what other Pulumi programs import from "authentik-stack".
 *
 * `AuthentikStack` with `stackConfig` is one complete authentik; `authentikOutputs` with its companions is for stacks
 * that sign in at one, or use its databases. The parts that an authentik is made of can be used by themselves.
 */

export { stackConfig } from "../config/load";
export type { ApplicationConfig, ApplicationOutput } from "../authentik/providers";
export type { Config, ConfigInput, OutpostConfig } from "../config/schema";
export type { SecretName } from "../config/secrets";

export { AuthentikStack, type AuthentikStackArgs } from "./stack";

export { type AuthentikOutputs, authentikOutputs, type AuthentikReference } from "./outputs";
export type { DatabaseOutput, OutpostOutput, Pending, RedisOutput } from "./outputs";
export {
    adminAccount,
    consumerDatabase,
    consumerRedis,
    containerEnvs,
    ldapDirectory,
    networkName,
    oidcClient,
    type OidcClientReference,
    outpostAccess,
    type OutpostAccess,
    proxySnippets,
    radiusSecret,
    samlProvider,
    secretFiles,
    type SecretFiles,
    volumeName,
} from "./consumer";

export { Backups, type BackupsArgs } from "./backups";
export { type NetworkArgs, Networks, type NetworksArgs } from "./networks";
export { Offsite, type OffsiteArgs } from "./offsite";
export { Postgres, type PostgresArgs } from "./postgres";
export type { PostgresConnection } from "./postgres-connection";
export { Redis, type RedisArgs, type RedisConnection } from "./redis";
export { Server, type ServerArgs, Worker, type WorkerArgs } from "./server";
export { Blueprints, type BlueprintsArgs } from "./blueprints";
export { Outpost, type OutpostArgs } from "./outpost";
export { Gateway, type GatewayArgs } from "./gateway";
export { Serving, type ServingArgs } from "./serving";

export type { ContainerAdditions } from "./additions";
export { Credentials, type CredentialsArgs } from "./credentials";
export type { Context } from "./context";
export { type Images, officialImages } from "../authentik/images";
export { type AuthentikSecrets, authentikSecrets, blueprintFiles } from "./secrets";
export {
    authentikInstance,
    type AuthentikVolumes,
    authentikVolumes,
    type Instance,
    type InstanceArgs,
} from "./instance";
export { DockerHost, type DockerHostArgs } from "../engine/docker-host";
export { Swarm, type SwarmArgs } from "../engine/swarm";
export type { DataPlace } from "../engine/swarm-place";
export type { VolumeDriver } from "../engine/swarm-service";
export { type ConnectionSettings, DockerConnection } from "../engine/connection";
export type { ContainerTransform, Limits, PublishedPort, Running, Runtime, WorkloadFile } from "../engine/workload";

export type { Blueprint } from "../authentik/blueprints/document";
export type { Check } from "../authentik/checks";
export type { OutpostType } from "../authentik/roles";
export { type Declared, declarations } from "../authentik/declarations";
