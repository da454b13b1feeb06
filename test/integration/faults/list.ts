/** What can happen to a stack: docs/reliability.md has a row for each, with what the tests measured. */
export const faults = {
    postgres: {
        fault: "PostgreSQL is killed",
        happens: "Docker restarts it, it recovers from its write-ahead log, and authentik reconnects",
        operator: "nothing",
    },
    redis: {
        fault: "Redis is killed",
        happens: "Docker restarts it, and authentik reconnects",
        operator: "nothing",
    },
    server: { fault: "The server is killed", happens: "Docker restarts it", operator: "nothing" },
    worker: {
        fault: "The worker is killed",
        happens: "Docker restarts it; people can sign in meanwhile",
        operator: "nothing",
    },
    outpost: {
        fault: "An outpost is killed",
        happens: "Docker restarts it; until then, the applications behind it cannot be reached",
        operator: "nothing",
    },
    backups: {
        fault: "The container of the backups is killed",
        happens: "Docker restarts it; a backup that was being made is started again from the beginning",
        operator: "nothing",
    },
    postgresDuringUp: {
        fault: "PostgreSQL is killed during `pulumi up`",
        happens: "Docker restarts PostgreSQL; the update waits for it, or fails and says why",
        operator: "if the update failed, run it again",
    },
    postgresDuringBackup: {
        fault: "PostgreSQL is killed during a backup",
        happens: "the backup fails and says why, earlier backups are kept, and it is tried again ten minutes later",
        operator: "nothing",
    },
    postgresDuringRestore: {
        fault: "PostgreSQL is killed during a restore",
        happens:
            "the restore fails and says why; the old data is still there, since it is replaced only once the whole backup is restored next to it",
        operator: "run the same command again",
    },
    restoreKilled: {
        fault: "`npm run restore` is killed while it restores a database",
        happens: "the old data is still there, since it is replaced only once the whole backup is restored next to it",
        operator: "run the same command again",
    },
    upKilled: {
        fault: "The first `npm start` is killed at each of ten points",
        happens:
            "the next one uses what the state knows, removes the rest, and never takes a half-made database for a whole one",
        operator: "run the same command again",
    },
    updateKilled: {
        fault: "An update of every container is killed at each of ten points",
        happens: "each container that serves goes on serving, or its replacement does",
        operator: "run the same command again",
    },
    restoreKilledAnywhere: {
        fault: "A restore is killed at each of ten points",
        happens: "each database is either the old one or the restored one, and whole",
        operator: "run the same command again",
    },
    upgradeKilled: {
        fault: "An upgrade to the next series of authentik is killed at each of ten points",
        happens: "the database itself records which release it is of, and the two series never use it at the same time",
        operator: "run the same command again",
    },
    dataDiskFull: {
        fault: "The disk of the databases is full",
        happens: "writing fails; PostgreSQL may stop, and recovers from its write-ahead log once there is space",
        operator: "free some space, then `npm start`",
    },
    backupDiskFull: {
        fault: "The disk of the backups gets full during a backup",
        happens: "the backup fails and says why, its files are removed, and earlier backups are kept",
        operator: "free some space, or lower `backup.keep`",
    },
    network: {
        fault: "A network is deleted",
        happens: "the containers on it lose their connections",
        operator: "`npm start` or `pulumi up --refresh`, which creates it again",
    },
    volume: {
        fault: "The volume of the databases is deleted",
        happens:
            "an update does not silently create an empty one: it stops, and names the command that restores a backup",
        operator: "`npm run restore -- <id>`",
    },
    dumpAltered: {
        fault: "The dump in a backup is cut short or altered",
        happens: "its digest differs, so a restore refuses it before anything is changed",
        operator: "restore another backup",
    },
    clock: {
        fault: "The clock is set back by a year",
        happens:
            "the next backup is made at once; backups with a date in the future count as the newest, and are deleted last",
        operator: "nothing",
    },
    daemonRestarted: {
        fault: "The Docker daemon is restarted",
        happens: "it stops all containers and starts them again in any order; each waits until what it needs is there",
        operator: "nothing",
    },
    daemonKilled: {
        fault: "The Docker daemon is killed",
        happens:
            "the containers run on without it; when it is started again, it stops them, and Docker 20.10 leaves them stopped, as if somebody had stopped them by hand",
        operator: "start the daemon, unless the system does so, then `npm start`",
    },
} satisfies Record<string, Fault>;

/** A fault, in words for the page. */
export interface Fault {
    fault: string;
    happens: string;
    operator: string;
}

/** What a test measured. */
export interface Figures {
    /** From the fault until a person can sign in and each outpost answers, including what an operator has to do. */
    seconds: number;
    /** Rows that PostgreSQL had acknowledged, and that are missing. */
    lost: number;
    /** Rows that PostgreSQL had acknowledged. */
    rows: number;
}

/** Name of a fault. */
export type FaultName = keyof typeof faults;

/** What a test of it is called. */
export function says(name: FaultName): string {
    const { fault, happens, operator } = faults[name];
    return `${fault}: ${happens}; to do: ${operator}`;
}
