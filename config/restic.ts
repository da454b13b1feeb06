import { z } from "zod";
import { resticCredentials, roles } from "../authentik/roles";
import { limits, section, text, whole } from "../ground/fields";

/** Name of the secret with which a repository is reached. */
export const resticKeySecret = "restic-key";

/** A kind of repository. */
interface Kind {
    /** What restic takes it for, and what a mistake in it looks like only later, when it is used. */
    form: RegExp;
    /** The variables in which restic finds `user` and the secret `restic-key`. Default: it has no use for them. */
    variables?: { user: string; key: string };
    /** It may ask for neither. Default: false. */
    mayBeOpen?: true;
}

/**
 * The kinds of repositories, as restic recognises them. A password in one would be shown wherever the configuration is.
 *
 * Source: Parse in internal/backend/location/location.go, and ParseConfig in internal/backend/{s3,b2,rest,sftp}/config.go of restic 0.18, and CheckValidBucketName of minio-go.
 */
const kinds = {
    s3: {
        form: /^s3:((https?:)?\/\/)?[^\s/@]+\/[A-Za-z0-9][\w.:-]{1,61}[A-Za-z0-9](\/.*)?$/,
        variables: resticCredentials.s3,
    },
    b2: {
        form: /^b2:[A-Za-z0-9-]{6,50}(:.*)?$/,
        variables: resticCredentials.b2,
    },
    rest: {
        form: /^rest:https?:\/\/[^\s/@?#]+(\/.*)?$/,
        variables: resticCredentials.rest,
        mayBeOpen: true,
    },
    sftp: {
        form: /^sftp:(\/\/([^\s@/:]+@)?(\[[\da-fA-F:.]+\]|[^\s@/:[\]]+)(:\d{1,5})?\/(?!~)|(?!\/\/)([^\s@:]+@)?[^\s@:/]+:(?!~)).*$/,
    },
    folder: { form: /^\/.*[^/].*$/ },
} as const satisfies Record<string, Kind>;

/** What holds a repository. */
export type RepositoryKind = keyof typeof kinds;

/** What holds a repository; undefined where restic would refuse it. */
export function kindOfRepository(repository: string): RepositoryKind | undefined {
    return (Object.keys(kinds) as RepositoryKind[]).find((kind) => kinds[kind].form.test(repository));
}

const repositoryError =
    "must be a repository of restic such as s3:https://s3.example.com/bucket, b2:bucket:folder, rest:https://backup.example.com, " +
    "sftp:user@host:/folder, or a folder of the Docker host such as /mnt/backup; put a password into the secret `restic-key` instead";
const knownHostsError =
    "must be lines of a known_hosts file; `ssh-keyscan <host>` prints them, and the owner of the server can confirm them";
const knownHost = /^(@[\w-]+ +)?\S+ +[\w.@-]+ +[A-Za-z0-9+/]+=*( .*)?$/;
const kept = (which: string, count: number) =>
    whole("must be a whole number from 0 to 10000, such as 14", 0, 10_000)
        .default(count)
        .describe(`how many to keep: ${which}; 0 for none`);

/** Copies of the backups in a repository of restic. */
export const restic = section({
    repository: text(
        repositoryError,
        (value) => !/\p{Cc}/u.test(value) && kindOfRepository(value) !== undefined,
    ).describe(
        "the repository in restic's notation: s3:, b2:, rest:, sftp:, or a folder of the Docker host; the secret `restic-password` decrypts it",
    ),
    user: text("must be one line without spaces at its start or end, such as AKIAIOSFODNN7EXAMPLE", /^\S(.*\S)?$/)
        .optional()
        .describe(
            "access key id of s3, application key id of b2, or user of a rest server; the secret `restic-key` is its key or password",
        ),
    knownHosts: text(knownHostsError, (value) =>
        value.split("\n").every((line) => /^\s*(#.*)?$/.test(line) || knownHost.test(line.trim())),
    )
        .optional()
        .describe(
            "host keys of the sftp server, as in known_hosts; required with sftp:, where the secret `restic-key` is the private key to sign in with",
        ),
    keep: section({
        last: kept("the newest", 14),
        daily: kept("the last of each day", 14),
        weekly: kept("the last of each week", 8),
        monthly: kept("the last of each month", 12),
    })
        .prefault({})
        .describe("which copies to keep; if all are 0, every copy is kept, for example in an append-only repository"),
    check: z
        .enum(["hourly", "daily", "weekly", "never"], { error: "must be one of hourly, daily, weekly, never" })
        .default("weekly")
        .describe("how often restic checks the whole repository"),
    ...limits(roles.offsite),
})
    .superRefine(({ repository, user, knownHosts }, context) => {
        const kind = kindOfRepository(repository);
        if (kind === undefined) return;
        const { variables, mayBeOpen }: Kind = kinds[kind];
        const report = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
        if (variables !== undefined && mayBeOpen !== true && user === undefined)
            report("user", `must be the id of the ${kind} key whose value is the secret \`restic-key\``);
        if (variables === undefined && user !== undefined)
            report(
                "user",
                `has no effect on ${kind === "sftp" ? "sftp, whose user is in repository" : "a folder"}; remove it`,
            );
        if (kind === "sftp" && knownHosts === undefined) report("knownHosts", knownHostsError);
        if (kind !== "sftp" && knownHosts !== undefined) report("knownHosts", "is only for sftp; remove it");
    })
    .optional()
    .describe("copies of the backups in another place, made with restic after each backup; default: none");

/** The copies elsewhere, as configured. */
export type ResticConfig = NonNullable<z.infer<typeof restic>>;

/** What of a configuration decides which credentials there are. */
type Destination = Pick<ResticConfig, "repository" | "user">;

/** The key that makes the secret `restic-key` needed; undefined where nothing does. */
export function resticKeyNeededBy({ repository, user }: Destination): string | undefined {
    if (kindOfRepository(repository) === "sftp") return "backup.restic.repository";
    return user === undefined ? undefined : "backup.restic.user";
}

/**
 * How restic gets what it needs for a repository.
 *
 * @returns `location`: the repository, or the place of the folder in the container; `variables`: plain ones; `keyVariable`: the
 *   one that has the key, except for sftp.
 */
export function resticAccess({ repository, user }: Destination, folder: string) {
    const kind = kindOfRepository(repository) ?? "folder";
    const { variables }: Kind = kinds[kind];
    return {
        kind,
        location: kind === "folder" ? folder : repository,
        variables: variables === undefined || user === undefined ? {} : { [variables.user]: user },
        keyVariable: variables?.key,
    };
}
