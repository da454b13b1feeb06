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
    "`npm run faults` does each of these things to a running stack, and writes this page.",
    "",
    "- **Seconds**: from the fault until a person can sign in and each outpost answers, including what the operator has to do. The images",
    "  are stand-ins; authentik itself needs a minute or more to start, which is to be added.",
    "- **Rows lost**: until the fault, the test inserts rows into a database, each in a transaction of its own. A row is lost if PostgreSQL",
    "  had confirmed it and it is missing afterwards. After a restore, only rows that were in the backup count.",
    "- **At each of ten points**: the command runs once undisturbed, and its duration is divided evenly. It is then killed with SIGKILL at",
    "  the first point, together with Pulumi's engine and its plugins, the same command is killed at the second, and so on. The run after",
    "  the tenth must succeed and leave nothing behind; its duration is in the table. The next update must find nothing to do.",
    "",
    "| Fault | What happens | What to do | Seconds | Rows lost |",
    "| --- | --- | --- | --- | --- |",
];

const rest = [
    "`npm test` leaves out the faults of the Docker daemon, which need a second engine, and the faults at ten points, which take about half an",
    "hour. Other tests kill an update while PostgreSQL, the server and an outpost start (`killed.test.ts`), kill a rotation of secrets at five",
    "moments (`rotate-killed.test.ts`), kill the copy of the data into a newer PostgreSQL (`postgres-major.test.ts`), and remove, stop, kill and",
    "restart each container (`stack/04-heal.ts`). After each of them, `npm start` or `pulumi up --refresh` leads to a working stack.",
    "",
    "The clock of a single container cannot be set back, so that test moves the times of its backups into the future instead.",
    "",
];
