import { z } from "zod";
import { roles } from "../authentik/roles";
import { limits, section, text, whole } from "../ground/fields";
import { restic } from "./restic";

/** Seconds of each interval. */
const intervals = { hourly: 3600, daily: 86_400, weekly: 604_800 } as const;
type Interval = keyof typeof intervals;
const names = Object.keys(intervals) as [Interval, ...Interval[]];
const oneOf = (more: string) => ({ error: `must be one of ${names.join(", ")}${more}` });

/** The backups. */
export const backup = section({
    run: z.boolean().default(true).describe("whether a container makes backups; existing ones stay when it does not"),
    schedule: z
        .enum(names, oneOf(""))
        .default("daily")
        .describe(`how often: ${names.join(", ")}`),
    time: text("must be a time of day in UTC, such as 03:30", /^([01]\d|2[0-3]):[0-5]\d$/)
        .default("03:30")
        .describe("time of day in UTC; an hourly backup uses only the minutes, a weekly one runs on Thursdays"),
    keep: whole("must be a whole number from 1 to 10000, such as 14", 1, 10_000)
        .default(14)
        .describe("how many backups to keep; the oldest is deleted once a new one is complete"),
    verify: z
        .enum([...names, "never"], oneOf(", never"))
        .default("weekly")
        .describe("how often the newest backup is restored into a temporary PostgreSQL and compared"),
    restic,
    ...limits(roles.backup),
})
    .prefault({})
    .describe("copies of the databases and of authentik's files, in the volume of `volumes.backups`");

/** Seconds of an interval; 0 for never. */
export function secondsOf(interval: Interval | "never"): number {
    return interval === "never" ? 0 : intervals[interval];
}

/** The backups, as configured. */
export type BackupConfig = z.infer<typeof backup>;

/**
 * The schedule in seconds: how often, when within the first day since 1970 began, which was a Thursday, and how often one is
 * verified, 0 for never.
 */
export function scheduleOf({ schedule, time, verify }: Pick<BackupConfig, "schedule" | "time" | "verify">) {
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    return {
        period: intervals[schedule],
        offset: hours * 3600 + minutes * 60,
        verifyPeriod: secondsOf(verify),
    };
}
