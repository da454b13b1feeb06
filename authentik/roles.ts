import { releaseOf } from "./releases";

/**
 * What a container of a stack is: the one table that components, preflight, command line, policies and documentation
 * ask.
 */
export interface Role {
    image: RoleImage;
    /** Its name on its networks, without the prefix. Default: an outpost has its own, from the configuration. */
    host?: string;
    /** Where it listens. Default: nothing that others of the stack or people reach. */
    port?: RolePort;
    health: {
        /** Ends with 0 when it does its work. */
        command: string[];
        /** Ends with 0 when it has started, which is what an update waits for. Default: `command`. */
        ready?: string[];
        /** How long a first boot may take before a failing check counts, in seconds. */
        startSeconds: number;
        /** How long it may take to become healthy, in seconds. Default: as long as a first boot on a busy machine. */
        readySeconds?: number;
        /** Log lines that say what it lacks, while it lives. Default: it has none. */
        lacking?: RegExp;
        /** Says in the log of a container that ended why it always will, in its first group. Default: it has none. */
        fatal?: RegExp;
    };
    /** How long it gets to end by itself when it is stopped, in seconds. */
    stopSeconds: number;
    /** Most processes and threads. */
    pids: number;
    /** Most memory unless the configuration says otherwise, in Docker's notation. */
    memory: string;
    /**
     * Least memory with which it was seen to live through a first boot. Source: the images of 2025.8.4, as run: server and
     * worker die at 400m. Default: not known.
     */
    leastMemory?: string;
    /** Size of its /dev/shm, in Docker's notation. Default: Docker's own, 64m. */
    shm?: string;
    /** Folders that the stack mounts or fills in it. */
    folders: string[];
    /** Where its data is. Default: it has none of its own. */
    data?: { folder: string };
    /** Environment variables, beside those of authentik, that the stack sets. Default: none. */
    variables?: string[];
    /** What else it listens on, by the setting below `listen` that names it. Default: nothing. */
    listens?: Record<string, number>;
    /** Whether a stack runs it here. */
    needed: (stack: StackFacts) => boolean;
}

/** The official image of a role. */
export interface RoleImage {
    /** Its key in the section `images` of the configuration. */
    key: string;
    /** Its name, without a tag. */
    name: string;
    /** What runs it, for the documentation. */
    runs: string;
    /** Which of the pinned tags it has; `authentik` stands for the release of the configuration. */
    tag: "authentik" | "postgres" | "redis" | "gateway" | "restic";
}

/** A port inside a container. */
export interface RolePort {
    number: number;
    /** Where it listens with TLS. Default: nowhere. */
    tls?: number;
    /** Default: TCP. */
    protocol?: "udp";
    /** Scheme of URLs that lead there. */
    scheme: string;
    /** People and reverse proxies need it, so the host may publish it. */
    publishable: boolean;
}

/** What of a configuration decides which roles a stack runs. */
export interface StackFacts {
    version: string;
    outposts: { type: string; run?: boolean }[];
    consumers: { redisIndex?: unknown }[];
    postgres: DataSource;
    redis: DataSource;
    /** Default: there are backups. */
    backup?: { run?: boolean; restic?: unknown };
    gateway?: unknown;
}

/** Where PostgreSQL or Redis comes from: neither key means that the stack creates it. */
export interface DataSource {
    external?: unknown;
    stack?: unknown;
}

/** Types of outposts; each has an image of its own. */
export const outpostTypes = ["proxy", "ldap", "radius", "rac"] as const;
/**
 * A type of outpost.
 *
 * @example
 * const type: OutpostType = "proxy";
 */
export type OutpostType = (typeof outpostTypes)[number];

/** What an application names as its outpost, to be served by the one in authentik's server. */
export const embeddedOutpost = "embedded";

const postgres = {
    key: "postgres",
    name: "postgres",
    runs: "the PostgreSQL that is created here, backups, and jobs that ask a database",
    tag: "postgres",
} as const;

const server = {
    key: "server",
    name: "ghcr.io/goauthentik/server",
    runs: "server, worker and jobs",
    tag: "authentik",
} as const;

// `ak healthcheck server` asks only whether the process lives; ready is migrated, with its database and Redis.
const isReady = "import urllib.request as r; r.urlopen('http://127.0.0.1:9000/-/health/ready/', timeout=20)";

/**
 * What authentik prints while it has no database or no Redis: the server retries forever and reports that it is alive.
 * Source: lifecycle/wait_for_db.py of 2025.8.
 */
const lacksData = /(?:PostgreSQL connection failed|Redis Connection failed)[^"\n]*/;

/** Where server, worker and outposts tell a Prometheus of themselves, without a password. */
export const metricsPort = 9300;

/** The health of a container that runs a shell program of ours, which says itself how it is, and whether it has started. */
function healthOfProgram(path: string) {
    return { command: ["sh", path, "health"], ready: ["sh", path, "ready"], startSeconds: 10, readySeconds: 60 };
}

/** The program of the backups, in its container. */
export const backupScript = "/run/authentik-stack/backup.sh";
/** A file in it that tells which secret key belongs to what it saves. */
export const fingerprintFile = "/run/secrets/secret_key_fingerprint";
/** What it reads in its environment. */
export const backupVariables = [
    ...(["RELEASE", "DATABASES", "PERIOD", "OFFSET", "VERIFY_PERIOD", "KEEP"] as const),
    ...(["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGSSLMODE", "PGPASSFILE", "PGCONNECT_TIMEOUT"] as const),
    ...(["PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"] as const),
];

/** The program that copies the backups elsewhere, in its container. */
export const offsiteScript = "/run/authentik-stack/offsite.sh";
/** What it reads in its environment, beside what restic reads. */
const offsiteVariables = ["OWNER", "PERIOD", "CHECK_PERIOD", "KEEP"];
const resticVariables = ["RESTIC_REPOSITORY", "RESTIC_PASSWORD_FILE", "RESTIC_CACHE_DIR"];
/** The variables in which restic finds the credentials for a repository. Source: the page "Environment Variables" of restic 0.18. */
export const resticCredentials = {
    s3: { user: "AWS_ACCESS_KEY_ID", key: "AWS_SECRET_ACCESS_KEY" },
    b2: { user: "B2_ACCOUNT_ID", key: "B2_ACCOUNT_KEY" },
    rest: { user: "RESTIC_REST_USERNAME", key: "RESTIC_REST_PASSWORD" },
} as const;

/** Secrets, and memory that every container writes to. */
const everyFolders = ["/run/secrets", "/tmp", "/dev/shm"];
const instanceFolders = [
    "/media",
    "/templates",
    "/certs",
    "/blueprints/custom",
    "/blueprints/default",
    ...everyFolders,
];
/** Where PostgreSQL's socket is in its container and in jobs that use it, and the name of its volume, without the prefix. */
export const postgresSocket = { folder: "/var/run/postgresql", volume: "pg_socket" } as const;

/**
 * The last line of a traceback through a migration, except where the database went away: no restart changes that. Source: the
 * worker of 2026.2.2 on a database of 2025.8.4, as run.
 */
const cannotMigrate =
    /Traceback \(most recent call last\):\n(?:[ \t].*\n)*?[ \t].*migrat.*\n(?:[ \t].*\n)*((?!.*OperationalError)\S.*)/;

/** Where the gateway answers its health check, inside its container alone. */
export const gatewayHealthPort = 2019;

/** Every role, by name. Ports are those of the EXPOSE lines of authentik's own Dockerfiles. */
export const roles = {
    server: {
        image: server,
        host: "authentik-server",
        port: { number: 9000, tls: 9443, scheme: "http", publishable: true },
        health: { command: ["python", "-c", isReady], startSeconds: 180, lacking: lacksData },
        stopSeconds: 30,
        pids: 256,
        memory: "1g",
        leastMemory: "512m",
        // Files of metrics in it are never deleted: 64 MB fill in months. Source: authentik's issues 22856 and 25876.
        shm: "512m",
        folders: instanceFolders,
        listens: { http: 9000, https: 9443, metrics: metricsPort },
        needed: () => true,
    },
    worker: {
        image: server,
        host: "authentik-worker",
        health: { command: ["ak", "healthcheck"], startSeconds: 180, lacking: lacksData, fatal: cannotMigrate },
        stopSeconds: 60,
        pids: 256,
        memory: "1g",
        leastMemory: "512m",
        // Files of metrics in it are never deleted: 64 MB fill in months. Source: authentik's issues 22856 and 25876.
        shm: "512m",
        folders: instanceFolders,
        listens: { http: 9000, https: 9443, metrics: metricsPort },
        needed: () => true,
    },
    proxy: outpost(
        "proxy",
        { number: 9000, tls: 9443, scheme: "http", publishable: true },
        { http: 9000, https: 9443 },
    ),
    ldap: outpost("ldap", { number: 3389, tls: 6636, scheme: "ldap", publishable: true }, { ldap: 3389, ldaps: 6636 }),
    radius: outpost("radius", { number: 1812, protocol: "udp", scheme: "radius", publishable: true }, { radius: 1812 }),
    // People reach it through the server.
    rac: outpost("rac", { number: 9300, scheme: "http", publishable: false }),
    postgres: {
        image: postgres,
        host: "postgres",
        port: { number: 5432, scheme: "postgresql", publishable: false },
        health: {
            command: ["pg_isready", "--username=postgres", "--host=127.0.0.1"],
            startSeconds: 60,
            fatal: /DETAIL: +(The data directory was initialized by PostgreSQL version .*)/,
        },
        stopSeconds: 60,
        pids: 512,
        memory: "1g",
        folders: ["/var/lib/postgresql/data", postgresSocket.folder, ...everyFolders],
        data: { folder: "/var/lib/postgresql/data" },
        variables: ["PGDATA", "POSTGRES_PASSWORD_FILE"],
        needed: ({ postgres }) => isCreatedHere(postgres),
    },
    redis: {
        image: { key: "redis", name: "redis", runs: "the Redis that is created here", tag: "redis" },
        host: "redis",
        port: { number: 6379, scheme: "redis", publishable: false },
        // Without a password Redis answers NOAUTH as soon as it serves, and LOADING until then.
        health: { command: ["sh", "-c", "redis-cli ping 2>&1 | grep -Eq 'PONG|NOAUTH'"], startSeconds: 20 },
        stopSeconds: 30,
        pids: 64,
        memory: "256m",
        folders: ["/data", ...everyFolders],
        needed: (stack) => usesRedis(stack) && isCreatedHere(stack.redis),
    },
    backup: {
        image: postgres,
        host: "authentik-backup",
        health: healthOfProgram(backupScript),
        stopSeconds: 10,
        pids: 64,
        memory: "512m",
        folders: ["/backups", "/source", "/run/authentik-stack", "/etc", ...everyFolders],
        variables: [...backupVariables],
        needed: ({ backup }) => backup?.run !== false,
    },
    offsite: {
        image: { key: "restic", name: "restic/restic", runs: "copies of the backups elsewhere", tag: "restic" },
        host: "authentik-offsite",
        health: healthOfProgram(offsiteScript),
        stopSeconds: 10,
        pids: 128,
        memory: "512m",
        folders: ["/backups", "/repository", "/run/authentik-stack", "/etc", ...everyFolders],
        variables: [
            ...[...offsiteVariables, ...resticVariables],
            ...Object.values(resticCredentials).flatMap(({ user, key }) => [user, key]),
        ],
        needed: ({ backup }) => backup?.run !== false && backup?.restic !== undefined,
    },
    gateway: {
        image: { key: "gateway", name: "caddy", runs: "the gateway", tag: "gateway" },
        host: "ak-gateway",
        port: { number: 443, scheme: "https", publishable: true },
        health: {
            command: ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${gatewayHealthPort}/`],
            startSeconds: 20,
            readySeconds: 120,
        },
        stopSeconds: 10,
        pids: 128,
        memory: "256m",
        folders: ["/data", "/run/gateway", ...everyFolders],
        variables: ["XDG_CONFIG_HOME", "XDG_DATA_HOME"],
        needed: ({ gateway }) => gateway !== undefined,
    },
} as const satisfies Record<string, Role>;

/** A role by name. */
export type RoleName = keyof typeof roles;
/** A key of the section `images` of the configuration. */
export type ImageKey = (typeof roles)[RoleName]["image"]["key"];

/** Every role with its name. */
export const allRoles = Object.entries<Role>(roles).map(([name, role]) => ({ ...role, name: name as RoleName }));

/**
 * Names that every stack uses on its networks, and the one that stands for the server's own outpost. Those of the gateway and of
 * the copies elsewhere are taken where there are such.
 */
export const takenHosts = [
    ...allRoles.flatMap(({ name, host }) =>
        host === undefined || ["gateway", "offsite"].includes(name) ? [] : [name, host],
    ),
    embeddedOutpost,
];

/** The file in which an outpost finds its token. */
export const outpostTokenFile = "/run/secrets/token";

/** The health check of a role in a release. */
export function healthOf(role: RoleName, version: string): Role["health"] {
    const { health } = roles[role];
    if (!releaseOf(version).isRust) return health;
    // `ak healthcheck` asks only whether the process lives, and the worker answers for itself from here on.
    if (role === "worker") return { ...health, command: roles.server.health.command };
    return role === "proxy" ? { ...health, command: ["/authentik", "healthcheck", "proxy"] } : health;
}

/** Where a role has to be told to listen in a release, as authentik's variables; nothing where it does so by itself. */
export function listenVariables(role: RoleName, version: string): Record<string, string> {
    if (!releaseOf(version).listensOnIpv6) return {};
    const { listens = {} }: Role = roles[role];
    return Object.fromEntries(
        Object.entries(listens).map(([name, number]) => [
            `AUTHENTIK_LISTEN__${name.toUpperCase()}`,
            `0.0.0.0:${number}`,
        ]),
    );
}

/** The roles that a stack runs. */
export function rolesOf(stack: StackFacts): RoleName[] {
    return allRoles.filter(({ needed }) => needed(stack)).map(({ name }) => name);
}

/** Whether a stack uses a Redis at all, created here or not: releases up to 2025.8 do, and consumers may. */
export function usesRedis({ version, consumers }: Pick<StackFacts, "version" | "consumers">): boolean {
    return releaseOf(version).needsRedis || consumers.some(({ redisIndex }) => redisIndex !== undefined);
}

/** Whether the stack creates a data service itself. */
export function isCreatedHere({ external, stack }: DataSource): boolean {
    return external === undefined && stack === undefined;
}

function outpost<Type extends OutpostType>(type: Type, port: RolePort, listens: Record<string, number> = {}) {
    return {
        image: {
            key: type,
            name: `ghcr.io/goauthentik/${type}`,
            runs: `outposts of type ${type}`,
            tag: "authentik",
        } as const,
        port,
        health: { command: [`/${type}`, "healthcheck"], startSeconds: 30, readySeconds: 120 },
        // An outpost that cannot reach its server ignores SIGTERM; one that can ends in half a second.
        stopSeconds: 10,
        pids: 64,
        memory: "256m",
        leastMemory: "32m",
        folders: ["/sessions", ...everyFolders],
        variables: ["TMPDIR", "HOME"],
        listens: { ...listens, metrics: metricsPort },
        needed: ({ outposts }: StackFacts) => outposts.some((one) => one.run !== false && one.type === type),
    };
}
