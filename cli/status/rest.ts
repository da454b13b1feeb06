import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { postgresSocket } from "../../authentik/roles";
import { ageText, bytesOf, type Listing, sizeText, timeOf } from "../backup/manifest";
import type { JobAtWork } from "../../engine/job";
import { ToolError } from "../progress";
import type { Found } from "../stack/containers";
import { describeChanges } from "../stack/up";
import { row, type Row } from "./row";

/**
 * Rows about the backups.
 *
 * @param period seconds between two of them.
 */
export function backupRows(
    { manifests, failures, verified }: Listing,
    period: number,
    stack: string,
    now: Date,
): Row[] {
    const newest = manifests.at(-1);
    const make = `npm run backup -- --stack ${stack}`;
    const since = (time: Date) => ageText(now.getTime() - time.getTime());
    const failed = failures.map((text) => row("Backups", "Failed", text, `fix the cause, then: ${make}`));
    if (newest === undefined) return [row("Backups", "Newest", "there is none yet", make), ...failed];
    const time = timeOf(newest);
    const isOld = now.getTime() - time.getTime() > 1.5 * period * 1000;
    const text = `${since(time)} ago, ${sizeText(bytesOf(newest))}, one of ${manifests.length}`;
    const proof =
        verified === undefined ? "none was restored for a trial yet" : `${since(verified.time)} ago: ${verified.id}`;
    return [
        row("Backups", "Newest", text, isOld ? make : undefined),
        row("Backups", "Verified", proof, undefined),
        ...failed,
    ];
}

/** That a restore is at work, also where its command was killed: nobody may start anything else then. */
export function restoreRow({ title, shows }: JobAtWork, stack: string): Row {
    const cure = `wait for its end: ${shows}; then: npm start -- ${stack}`;
    return row("Backups", "Restore", `one replaces the data, in ${title}`, cure);
}

/** How many connections the stack's own PostgreSQL has, and takes. */
export async function connectionsOf(postgres: Found): Promise<{ used: number; most: number }> {
    const query =
        "SELECT count(*), current_setting('max_connections') FROM pg_stat_activity WHERE backend_type = 'client backend'";
    const command = ["psql", `--host=${postgresSocket.folder}`, "--username=postgres", "-AtF", " ", "--command", query];
    const { code, output } = await postgres.execute(command);
    // Beside warnings.
    const [, used, most] = /^(\d+) (\d+)$/m.exec(output) ?? [];
    if (code !== 0 || used === undefined || most === undefined)
        throw new ToolError(`PostgreSQL cannot be asked: ${output.trim()}`);
    return { used: Number(used), most: Number(most) };
}

export function databaseRow({ used, most }: { used: number; most: number }): Row {
    const cure = "see who has them: SELECT application_name, count(*) FROM pg_stat_activity GROUP BY 1";
    return row("Database", "Connections", `${used} of ${most}`, used > 0.8 * most ? cure : undefined);
}

export function diskRow({ total, free }: { total: number; free: number }): Row {
    const share = Math.round((free / total) * 100);
    const tight = share < 10 || free < 2e9;
    const cure = "make room on the Docker host: `docker system df` shows what uses it";
    return row(
        "Disk",
        "Docker host",
        `${sizeText(free)} of ${sizeText(total)} free (${share} %)`,
        tight ? cure : undefined,
    );
}

/** What the last update did. */
export function changeRow(
    last: Pick<UpdateSummary, "kind" | "result" | "startTime" | "resourceChanges"> | undefined,
    stack: string,
    now: Date,
): Row {
    if (last === undefined) return row("Last change", "Update", "there was none", `npm start -- ${stack}`);
    const age = `${ageText(now.getTime() - last.startTime.getTime())} ago`;
    // Of another result, Pulumi counts what it did not come to.
    const changes = last.result === "succeeded" ? `, ${describeChanges({ changes: last.resourceChanges })}` : "";
    const what = `${last.kind} ${age}: ${last.result}${changes}`;
    return row("Last change", "Update", what, last.result === "failed" ? `npm start -- ${stack}` : undefined);
}
