/** What can befall a stack: docs/reliability.md has a row for each, with what the tests measured. */
export const faults = {
    postgres: {
        fault: "PostgreSQL is killed",
        happens: "Docker starts it again, and it recovers by its log; authentik connects again by itself",
        operator: "nothing",
    },
    redis: {
        fault: "Redis is killed",
        happens: "Docker starts it again; authentik connects again by itself",
        operator: "nothing",
    },
    server: { fault: "the server is killed", happens: "Docker starts it again", operator: "nothing" },
    worker: {
        fault: "the worker is killed",
        happens: "Docker starts it again; sign-ins go on meanwhile",
        operator: "nothing",
    },
    outpost: {
        fault: "an outpost is killed",
        happens: "Docker starts it again, with its token; the applications behind it are away until then",
        operator: "nothing",
    },
    backups: {
        fault: "the container of the backups is killed",
        happens: "Docker starts it again; a backup that was under way is begun anew",
        operator: "nothing",
    },
    postgresDuringUp: {
        fault: "PostgreSQL is killed during `up`",
        happens: "Docker starts it again; the update waits for it, or fails and says why",
        operator: "where it failed, the same command again",
    },
    postgresDuringBackup: {
        fault: "PostgreSQL is killed during a backup",
        happens: "the backup fails and says why; those that there are stay, and it is tried again after ten minutes",
        operator: "nothing",
    },
    postgresDuringRestore: {
        fault: "PostgreSQL is killed during a restore",
        happens:
            "the restore fails and says why; what was there is not touched before all of the backup is restored beside it",
        operator: "the same command again",
    },
    restoreKilled: {
        fault: "`npm run restore` is killed",
        happens: "what was there is not touched before all of the backup is restored beside it",
        operator: "the same command again",
    },
    dataDiskFull: {
        fault: "the disk of the databases is full",
        happens: "what cannot be written is refused; PostgreSQL may end, and recovers by its log once there is room",
        operator: "make room, `npm start`",
    },
    backupDiskFull: {
        fault: "the disk of the backups gets full during a backup",
        happens: "the backup fails and says why, and what it wrote is removed; those that there are stay",
        operator: "make room, or lower `backup.keep`",
    },
    network: {
        fault: "a network is deleted",
        happens: "what was on it lost its connections",
        operator: "`npm start`, or `pulumi up --refresh`, makes it again",
    },
    volume: {
        fault: "the volume of the databases is deleted",
        happens: "an update refuses to make it anew in silence, and names the command that restores a backup",
        operator: "`npm run restore -- <id>`",
    },
    dumpAltered: {
        fault: "a dump is cut short or altered",
        happens: "a restore refuses it by its digest, before anything is touched",
        operator: "take another backup",
    },
    clock: {
        fault: "the clock is set back by a year",
        happens: "the next backup is made at once; those of the future are kept as the newest, and deleted last",
        operator: "nothing",
    },
    daemonRestarted: {
        fault: "the Docker daemon is restarted",
        happens: "it stops all containers, and starts them again at once, in no order; each waits for what it needs",
        operator: "nothing",
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
    /** From the fault until a person signed in and each outpost answered, with what an operator does. */
    seconds: number;
    /** Of those that PostgreSQL had acknowledged. */
    lost: number;
    /** That were written before. */
    rows: number;
}

/** Name of a fault. */
export type FaultName = keyof typeof faults;

/** What a test of it is called. */
export function says(name: FaultName): string {
    const { fault, happens, operator } = faults[name];
    return `${fault}: ${happens}; to do: ${operator}`;
}
