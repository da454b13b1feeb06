import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../cli/workplace";
import { type FaultName, faults, type Figures } from "./list";

/** The page with what was measured. */
export const reliabilityPage = join(projectRoot, "docs/reliability.md");

/** What was measured in this run. */
export const measured: Partial<Record<FaultName, Figures>> = {};

/** Its text. */
export function pageOf(figures: Record<FaultName, Figures>): string {
    const rows = Object.entries(faults).map(([name, { fault, happens, operator }]) => {
        const { seconds, lost, rows: written } = figures[name as FaultName];
        return `| ${fault} | ${happens} | ${operator} | ${seconds} | ${lost} of ${written} |`;
    });
    return [...introduction, ...rows, "", ...rest].join("\n");
}

/** Writes the page; what was not tried in this run keeps its figures. */
export function writePage(figures: Partial<Record<FaultName, Figures>>): void {
    const all = { ...readPage(), ...figures };
    const missing = Object.keys(faults).filter((name) => !(name in all));
    if (missing.length > 0) throw new Error(`not measured: ${missing.join(", ")}`);
    writeFileSync(reliabilityPage, pageOf(all as Record<FaultName, Figures>));
}

/** What the page says was measured. */
function readPage(): Partial<Record<FaultName, Figures>> {
    const rows = new Map(
        [...readFileSync(reliabilityPage, "utf8").matchAll(/^\| (.*?) \| .* \| (\d+) \| (\d+) of (\d+) \|$/gm)].map(
            ([, fault, ...numbers]) => [fault, numbers.map(Number)],
        ),
    );
    return Object.fromEntries(
        Object.entries(faults).flatMap(([name, { fault }]) => {
            const [seconds = 0, lost = 0, written = 0] = rows.get(fault) ?? [];
            return rows.has(fault) ? [[name, { seconds, lost, rows: written }]] : [];
        }),
    );
}

const introduction = [
    "# Reliability",
    "",
    "Written by `npm run faults`, which does each of these to a stack that runs. Until the moment of the fault, rows are written in",
    "transactions of their own; lost are those that PostgreSQL had acknowledged and that are not there afterwards. After a restore,",
    "those count that the backup had. The seconds go from the fault until a person signs in and each outpost answers, with what an",
    "operator has to do included; the images are stand-ins, so authentik's own start is not, which takes a minute or more.",
    "",
    "| Fault | What happens | What to do | Seconds | Rows lost |",
    "| --- | --- | --- | --- | --- |",
];

const rest = [
    "`npm test` does all of them but the one of the daemon, which needs an engine of its own, and others: an update is killed while",
    "PostgreSQL, the server and an outpost start (`killed.test.ts`), a rotation at five moments (`rotate-killed.test.ts`), a copy into a",
    "later PostgreSQL (`postgres-major.test.ts`); every container is removed, stopped, killed and restarted (`stack/04-heal.ts`). After",
    "each of these, `npm start`, or `pulumi up --refresh`, ends in a stack that serves.",
    "",
    "A clock cannot be set back for one container: what its backups recorded is put into the future instead.",
    "",
];
