import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../cli/workplace";
import { type FaultName, faults, type Figures } from "./list";

/** The page with what was measured. */
export const reliabilityPage = join(projectRoot, "docs/reliability.md");

/** What was measured in this run. */
export const measured: Partial<Record<FaultName, Figures>> = {};

/** Notes what was measured; of a fault that is tried more than once the slowest, and all rows. */
export function note(name: FaultName, { seconds, rows, lost }: Figures): void {
    const before = measured[name] ?? { seconds: 0, rows: 0, lost: 0 };
    measured[name] = {
        seconds: Math.max(seconds, before.seconds),
        rows: rows + before.rows,
        lost: lost + before.lost,
    };
}

/** Its text. */
export function pageOf(figures: Record<FaultName, Figures>): string {
    const rows = Object.entries(faults).map(([name, { fault, happens, operator }]) => {
        const { seconds, lost, rows: written } = figures[name as FaultName];
        return `| ${fault} | ${happens} | ${operator} | ${seconds} | ${lost} of ${written} |`;
    });
    return [...introduction, ...rows, "", ...rest].join("\n");
}

/** Writes the page, where every fault was tried. */
export function writePage(figures: Partial<Record<FaultName, Figures>>): void {
    const missing = Object.keys(faults).filter((name) => !(name in figures));
    if (missing.length > 0) throw new Error(`not measured: ${missing.join(", ")}`);
    writeFileSync(reliabilityPage, pageOf(figures as Record<FaultName, Figures>));
}

const introduction = [
    "# Reliability",
    "",
    "Written by `npm run faults`, which does each of these to a stack that runs. Until the moment of the fault, rows are written in",
    "transactions of their own; lost are those that PostgreSQL had acknowledged and that are not there afterwards. After a restore,",
    "those count that the backup had. The seconds go from the fault until a person signs in and each outpost answers, with what an",
    "operator has to do included; the images are stand-ins, so authentik's own start is not, which takes a minute or more. Of what is",
    "tried at ten points, these are the most seconds and all rows; the points are spread evenly over what the command takes, by what it tells.",
    "",
    "| Fault | What happens | What to do | Seconds | Rows lost |",
    "| --- | --- | --- | --- | --- |",
];

const rest = [
    "`npm test` does all of them but those of the daemon, which need an engine of their own, and those at ten points, which take half an",
    "hour. It does others: a first `up` is killed while PostgreSQL, the server and an outpost start (`killed.test.ts`), a rotation at five",
    "moments (`rotate-killed.test.ts`), a copy into a later PostgreSQL (`postgres-major.test.ts`); every container is removed, stopped,",
    "killed and restarted (`stack/04-heal.ts`). After each of these, `npm start`, or `pulumi up --refresh`, ends in a stack that serves.",
    "",
    "A clock cannot be set back for one container: what its backups recorded is put into the future instead.",
    "",
];
