import { expect } from "chai";
import { isSupported, releaseOf, supported, versionPattern } from "../../../authentik/releases";

describe("releases", () => {
    const releases: [version: string, needsRedis: boolean, mediaPath: string][] = [
        ["2025.2.0", true, "/media"],
        ["2025.8.4", true, "/media"],
        ["2025.10.0", false, "/media"],
        ["2025.12.1", false, "/data/media"],
        ["2026.2.0", false, "/data/media"],
    ];
    for (const [version, needsRedis, mediaPath] of releases) {
        it(`${version} ${needsRedis ? "needs" : "does without"} Redis and keeps its media in ${mediaPath}`, () => {
            expect(releaseOf(version)).to.deep.equal({ needsRedis, mediaPath });
        });
    }

    it("orders months as numbers, so that 2025.10 is later than 2025.8", () => {
        expect(isSupported("2025.10.0")).to.equal(true);
        expect(releaseOf("2025.8.0").needsRedis).to.not.equal(releaseOf("2025.10.0").needsRedis);
    });

    it("supports the series at both ends of its range and none beyond", () => {
        expect(isSupported(`${supported.from}.0`), "oldest").to.equal(true);
        expect(isSupported(`${supported.to}.99`), "newest").to.equal(true);
        expect(isSupported("2024.12.3"), "before").to.equal(false);
        expect(isSupported("2026.4.0"), "after").to.equal(false);
    });

    for (const version of ["2025.8", "latest", "v2025.8.4", "2025.8.4-rc1", "", "2025.8.4 "]) {
        it(`refuses ${JSON.stringify(version)} as a version`, () => {
            expect(versionPattern.test(version)).to.equal(false);
            expect(() => releaseOf(version)).to.throw(`${version} is not an authentik version such as 2025.8.4`);
        });
    }
});
