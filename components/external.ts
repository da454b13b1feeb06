import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { psqlAccess, psqlUser, redisAccess } from "./access";
import type { PostgresConnection, RedisConnection } from "./connection";
import type { Environment } from "./environment";
import type { Networks } from "./networks";
import { script } from "./probe";
import { type Job, runJob } from "../engine/job";

interface CheckArgs {
    /** An image with a client of what is tried. */
    image: string;
    networks: Networks;
    environment: Environment;
}

/** Tries an external PostgreSQL before anything uses it: authentik itself would try for ever, and call itself alive. */
export function checkPostgres(
    name: string,
    postgres: PostgresConnection,
    args: CheckArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const { settings, password, certificates } = psqlAccess(postgres);
    const job = {
        title: "trying the external PostgreSQL",
        entrypoint: ["psql"],
        user: psqlUser,
        command: ["--no-psqlrc", "--no-password", "--quiet", "--command=SELECT 1"],
        settings: { ...settings, PGCONNECT_TIMEOUT: "10" },
        files: [password, ...certificates],
        documents: {},
        triggers: settings,
        cure: cure("postgres", "database/authentik"),
    };
    return check(name, job, args, opts);
}

/** Tries an external Redis before anything uses it, for the same reason. */
export function checkRedis(
    name: string,
    redis: RedisConnection,
    args: CheckArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const { documents, path } = script("try-redis.py");
    const { settings, password, certificates } = redisAccess(redis);
    const job = {
        title: "trying the external Redis",
        entrypoint: ["python"],
        command: [path, password.path],
        settings,
        files: [password, ...certificates],
        documents,
        triggers: settings,
        cure: cure("redis", "redis"),
    };
    return check(name, job, args, opts);
}

function check(
    name: string,
    job: Omit<Job, "image" | "networks" | "seconds">,
    { image, networks, environment }: CheckArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const client = new docker.RemoteImage(`${name}-client`, { name: image, keepLocally: true }, opts);
    const attached = networks.attach(["db", "backend"], `${environment.prefix}authentik-check`);
    const whole = { ...job, image: client.name, networks: attached, seconds: 30 };
    return runJob(`${name}-check`, whole, environment.dockerHost, opts);
}

function cure(section: "postgres" | "redis", secret: string): string {
    const set = "pulumi config set";
    return [
        `Mend ${section}.external in the configuration, then run \`pulumi up\` again.`,
        `Its password: \`${set} --secret --path 'secrets["${secret}"]'\`.`,
        `The CA of its certificate: \`${set} --path '${section}.external.caCertificate' < ca.crt\`.`,
    ].join("\n");
}
