/** A copy of a backup in a repository of restic. */
export interface Copy {
    /** Name of the backup. */
    id: string;
    /** Id of its snapshot. */
    snapshot: string;
    /** Which stack's it is: the name of what copied it, and the beginning of its secret key's fingerprint. */
    owner: string;
    /** Release of authentik. */
    release: string;
    bytes: number;
}

/** The copies elsewhere. */
export interface Elsewhere {
    /** What copies this stack's. */
    owner: string;
    /** Oldest first; the own one where another stack has one of the same time. */
    copies: Copy[];
    /** Why they are not known, or what failed last. */
    failures: string[];
}

/** A snapshot, as `restic snapshots --json` prints it. Source: its page "Scripting" for restic 0.18. */
interface Snapshot {
    id: string;
    paths: string[];
    hostname: string;
    tags?: string[];
    /** Absent in snapshots of restic before 0.17. */
    summary?: { total_bytes_processed: number; total_files_processed?: number };
}

/** Reads restic's list, which is a line of JSON among others. Copies that lack files are left out. */
export function readCopies(output: string, owner: string): Copy[] {
    const line = output.split("\n").find((one) => one.startsWith("["));
    const snapshots = line === undefined ? [] : (JSON.parse(line) as Snapshot[]);
    const copies = snapshots.filter(isWhole).map(({ id, paths, hostname, tags = [], summary }) => ({
        id: paths[0]?.split("/").at(-1) ?? "",
        snapshot: id,
        owner: hostname,
        release: tags.find((tag) => /^20\d\d\./.test(tag)) ?? "",
        bytes: summary?.total_bytes_processed ?? 0,
    }));
    return copies
        .filter((copy) => copy.owner === owner || !copies.some((own) => own.owner === owner && own.id === copy.id))
        .sort((one, other) => one.id.localeCompare(other.id));
}

function isWhole({ tags = [], summary }: Snapshot): boolean {
    const [, files] = tags.map((tag) => /^files-(\d+)$/.exec(tag)).find((match) => match !== null) ?? [];
    const copied = summary?.total_files_processed;
    return files === undefined || copied === undefined || Number(files) === copied;
}
