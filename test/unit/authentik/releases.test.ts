import { expect } from "chai";
import { imagePins } from "../../../authentik/images";
import {
    compare,
    lastVersions,
    nextStep,
    provenVersion,
    releaseOf,
    sinceSeries,
    supported,
    versionPattern,
    versionProblem,
    versionWarning,
} from "../../../authentik/releases";

describe("releases", () => {
    const releases: [version: string, needsRedis: boolean, mediaPath: string | undefined, iconAttribute: string][] = [
        ["2025.2.0", true, undefined, "icon"],
        ["2025.8.4", true, undefined, "icon"],
        ["2025.10.0", false, undefined, "icon"],
        ["2025.12.1", false, "/", "meta_icon"],
        ["2026.2.0", false, "/", "meta_icon"],
        ["2026.8.3", false, "/", "meta_icon"],
    ];
    for (const [version, needsRedis, mediaPath, iconAttribute] of releases) {
        it(`${version} ${needsRedis ? "needs" : "does without"} Redis, and has its icons in ${iconAttribute}`, () => {
            expect(releaseOf(version)).to.deep.include({ needsRedis, iconAttribute });
            expect(releaseOf(version).storage["storage.media.file.path"]).to.equal(mediaPath);
        });
    }

    for (const [version, isNew, isRust] of [
        ["2026.2.7", false, false],
        ["2026.5.0", true, false],
        ["2026.8.3", true, true],
        ["2027.2.0", true, true],
    ] as const) {
        it(`${version} ${isNew ? "wants" : "has no"} grant types, an issuer to override and addresses to listen on`, () => {
            expect(releaseOf(version)).to.deep.include({
                hasHide: isNew,
                hasGrantTypes: isNew,
                issuerAttribute: isNew ? "issuer_override" : "issuer",
                listensOnIpv6: isNew,
                isRust,
            });
        });
    }

    it("runs the newest release that was tested with this program unless another one is named", () => {
        expect(imagePins.tags.authentik).to.equal(provenVersion);
    });

    it("orders months as numbers, so that 2025.10 is later than 2025.8", () => {
        expect(versionProblem("2025.10.4")).to.equal(undefined);
        expect(releaseOf("2025.8.0").needsRedis).to.not.equal(releaseOf("2025.10.0").needsRedis);
    });

    it("supports the series at both ends of its range and none beyond", () => {
        expect(versionProblem(`${supported.from}.0`), "oldest").to.equal(undefined);
        expect(versionProblem(`${supported.to}.99`), "newest").to.equal(undefined);
        expect(versionProblem("2024.12.3"), "before").to.contain("cannot read secrets from files");
        expect(versionProblem("2026.11.0"), "after").to.contain("not tested with newer ones");
    });

    for (const version of ["2025.9.0", "2025.11.1", "2026.1.0", "2026.3.4", "2026.6.0"]) {
        it(`knows that there is no ${version}, also where untested ones are allowed`, () => {
            for (const untested of [false, true])
                expect(versionProblem(version, untested)).to.match(/; 202[56]\.\d+ never existed$/);
        });
    }

    it("says since when a series gets no fixes, and what the next step is", () => {
        expect(versionWarning("2025.8.4")).to.equal(
            "authentik 2025.8 has had no security fixes since 2026-01; the next step is 2025.8.6: `npm run upgrade` shows the way",
        );
        expect(versionWarning("2025.8.6")).to.contain("the next step is 2025.10.4");
        expect(versionWarning("2026.2.7")).to.contain("since 2026-08; the next step is 2026.5.8");
        expect(versionWarning("2026.8.3")).to.not.contain("no security fixes");
    });

    it("warns of series that were never run with this program", () => {
        for (const version of ["2025.8.4", "2026.2.7"])
            expect(versionWarning(version)).to.not.contain("has not been run");
        for (const version of ["2026.5.7", "2026.8.3", "2026.11.0"])
            expect(versionWarning(version)).to.contain(`authentik ${version} has not been tested with this program`);
    });

    it("refuses releases with known faults and newer ones, unless untested ones are allowed", () => {
        for (const version of ["2025.10.3", "2026.8.1", "2026.11.0"]) {
            expect(versionProblem(version), version).to.be.a("string");
            expect(versionProblem(version, true), version).to.equal(undefined);
        }
        for (const version of ["2025.6.4", "2025.2.0"]) expect(versionProblem(version, true)).to.be.a("string");
    });

    it("takes candidates for releases where untested ones are allowed, and orders them before these", () => {
        expect(versionProblem("2026.5.0-rc1")).to.contain("`allowUntested: true` allows release candidates");
        for (const version of ["2026.5.0-rc1", "2026.11.0-rc12"])
            expect(versionProblem(version, true)).to.equal(undefined);
        expect(versionProblem("2026.6.0-rc1", true)).to.contain("2026.6 never existed");
        expect(releaseOf("2026.5.0-rc1")).to.deep.equal(releaseOf("2026.5.0"));
        const order = ["2026.5.0", "2026.2.7", "2026.5.0-rc10", "2026.5.0-rc2", "2026.5.1"];
        expect(order.sort(compare)).to.deep.equal([
            ...["2026.2.7", "2026.5.0-rc2", "2026.5.0-rc10", "2026.5.0", "2026.5.1"],
        ]);
        expect(nextStep("2026.5.0-rc1")).to.equal(lastVersions.at(-2));
    });

    it("says since which series something is so", () => {
        expect(sinceSeries("hasGrantTypes")).to.equal("2026.5");
        expect(sinceSeries("needsRedis")).to.equal("2025.10");
    });

    for (const version of ["2025.8", "latest", "v2025.8.4", "2025.8.4-rc", "2025.8.4-beta1", "", "2025.8.4 "]) {
        it(`refuses ${JSON.stringify(version)} as a version`, () => {
            expect(versionPattern.test(version)).to.equal(false);
            expect(versionProblem(version, true)).to.be.a("string");
            expect(() => releaseOf(version)).to.throw(`${version} is not an authentik version such as 2026.2.7`);
        });
    }
});
