/** What a status has a line for. */
export interface Row {
    area: Area;
    title: string;
    /** `unknown`: it cannot be told, e.g. because the server does not run. */
    state: "fine" | "attention" | "unknown";
    text: string;
    /** What to do about it. */
    cure?: string;
    /** Where a browser finds it. */
    link?: string;
}

/** The parts of a status, in their order. */
export const areas = [
    "Containers",
    "Release",
    "Outposts",
    "Applications",
    "Certificates and tokens",
    "Backups",
    "Database",
    "Disk",
    "Last change",
] as const;
/** One of them. */
export type Area = (typeof areas)[number];

/** The state of a stack at a time. */
export interface Status {
    stack: string;
    url: string;
    /** As ISO 8601. */
    time: string;
    /** How many rows need attention. */
    attention: number;
    rows: Row[];
}

/** A row that is fine, or needs attention where there is something to do about it. */
export function row(area: Area, title: string, text: string, cure?: string): Row {
    return { area, title, text, ...(cure === undefined ? { state: "fine" } : { state: "attention", cure }) };
}

/** How many days from one time to another. */
export function daysBetween(from: Date, to: Date): number {
    return Math.floor((to.getTime() - from.getTime()) / 86_400_000);
}
