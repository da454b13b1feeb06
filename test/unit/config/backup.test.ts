import { expect } from "chai";
import { backup, scheduleOf } from "../../../config/backup";

describe("the section backup", () => {
    it("backs up daily, keeps two weeks and verifies weekly, without being asked", () => {
        expect(backup.parse(undefined)).to.deep.equal({
            ...{ run: true, schedule: "daily", time: "03:30", keep: 14, verify: "weekly", memory: "512m" },
        });
    });

    it("becomes seconds", () => {
        expect(scheduleOf({ schedule: "daily", time: "03:30", verify: "weekly" })).to.deep.equal({
            ...{ period: 86_400, offset: 12_600, verifyPeriod: 604_800 },
        });
        expect(scheduleOf({ schedule: "hourly", time: "00:15", verify: "never" })).to.deep.equal({
            ...{ period: 3600, offset: 900, verifyPeriod: 0 },
        });
    });

    for (const [key, value, cure] of [
        ["schedule", "yearly", "must be one of hourly, daily, weekly"],
        ["time", "24:00", "must be a time of day in UTC, such as 03:30"],
        ["time", "3:30", "must be a time of day in UTC, such as 03:30"],
        ["keep", 0, "must be a whole number from 1 to 10000, such as 14"],
        ["verify", "once", "must be one of hourly, daily, weekly, never"],
    ] as const)
        it(`refuses ${key} ${value} and says what it takes`, () => {
            const { error } = backup.safeParse({ [key]: value });
            expect(error?.issues.map(({ message }) => message)).to.deep.equal([cure]);
        });
});
