import { expect } from "chai";
import {
    ageText,
    describeListing,
    type Manifest,
    readListing,
    restoreProblem,
    sizeText,
    timeOf,
} from "../../../../cli/backup/manifest";

const manifest: Manifest = {
    ...{
        format: 1,
        id: "2026-11-28T03-30-00Z",
        release: "2025.8.4",
        postgres: "16.4",
        secretKey: "5eed",
        warnings: [],
    },
    files: { "authentik.dump": { bytes: 1_000_000, sha256: "0" }, "media.tar": { bytes: 400_000, sha256: "1" } },
    databases: { authentik: { "public.authentik_core_user": 3 } },
};
const target = { stack: "prod", release: "2025.8.4", secretKey: "5eed" };

describe("a backup", () => {
    it("is listed with its age, size and release, and with what failed since", () => {
        const output = `${manifest.id} ${JSON.stringify(manifest)}\nfailed save: no room\nverified ${manifest.id} 1795840000\n`;
        const listing = readListing(output);

        expect(listing.manifests).to.deep.equal([manifest]);
        expect(describeListing(listing, new Date("2026-11-28T06:31:00Z"))).to.equal(
            "2026-11-28T03-30-00Z  3 hours ago  1.4 MB  2025.8.4  verified\n\nfailed: save: no room",
        );
    });

    it("is listed also where the manifest of another cannot be read, which is told", () => {
        const broken = ["2026-11-27T03-30-00Z {", "2026-11-27T04-30-00Z ", "2026-11-27T05-30-00Z {}"];
        const { manifests, failures } = readListing(
            [...broken, `${manifest.id} ${JSON.stringify(manifest)}`].join("\n"),
        );

        expect(manifests).to.deep.equal([manifest]);
        expect(failures.map((text) => text.split(" ")[0])).to.deep.equal(broken.map((line) => line.split(" ")[0]));
        expect(failures[0]).to.contain("manifest.json that cannot be read");
    });

    it("is not there before the first one, and the list says so", () => {
        expect(describeListing(readListing(""), new Date())).to.equal("There is no backup yet.");
    });

    it("has its time in its name", () => {
        expect(timeOf(manifest).toISOString()).to.equal("2026-11-28T03:30:00.000Z");
    });

    it("may be restored into a stack of its release with its secret key, or one step later", () => {
        expect(restoreProblem(manifest, target)).to.equal(undefined);
        expect(restoreProblem(manifest, { ...target, release: "2025.8.6" })).to.equal(undefined);
    });

    for (const [what, changes, cure] of [
        ["another secret key", { secretKey: "other" }, "config set --stack prod --secret --path"],
        ["an older release", { release: "2025.8.3" }, "npm run upgrade -- 2025.8.4 --stack prod"],
        ["a release that is steps away", { release: "2026.8.3" }, "`--into` a stack of 2025.8.4"],
    ] as const)
        it(`is refused by a stack with ${what}, with what to do`, () => {
            expect(restoreProblem(manifest, { ...target, ...changes })).to.include(cure);
        });

    it("may be restored with another secret key by somebody who says so", () => {
        expect(restoreProblem(manifest, { ...target, secretKey: "other", otherKey: true })).to.equal(undefined);
    });

    it("of a later form is refused", () => {
        const later = { ...manifest, format: 2 } as unknown as Manifest;
        expect(restoreProblem(later, target)).to.include("a newer format");
    });

    it("has an age and a size as people read them", () => {
        expect([5000, 60_000, 7_200_000, 86_400_000].map(ageText)).to.deep.equal([
            "5 seconds",
            "1 minute",
            "2 hours",
            "1 day",
        ]);
        expect([0, 999, 12_345, 2_500_000_000].map(sizeText)).to.deep.equal([
            "0 bytes",
            "999 bytes",
            "12 kB",
            "2.5 GB",
        ]);
    });
});
