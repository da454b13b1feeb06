import { expect } from "chai";
import { readCopies } from "../../../../cli/backup/copies";
import { describeListing, type Manifest } from "../../../../cli/backup/manifest";

const snapshot = (id: string, hostname: string, more: object = {}) => ({
    ...{ id: `of-${hostname}`, paths: [`/backups/${id}`], hostname, tags: ["authentik-stack", "2025.8.4"] },
    ...{ summary: { total_bytes_processed: 1_400_000 } },
    ...more,
});
const own = "authentik-offsite";
const [early, late] = ["2026-11-27T03-30-00Z", "2026-11-28T03-30-00Z"];
const snapshots = [
    snapshot(late, own),
    snapshot(late, "staging-authentik-offsite"),
    snapshot(early, "staging-authentik-offsite", { summary: undefined }),
];
const copies = readCopies(`created a cache\n${JSON.stringify(snapshots)}\n`, own);

const manifest: Manifest = {
    ...{ format: 1, id: late, release: "2025.8.4", postgres: "16.4", secretKey: "5eed", warnings: [] },
    files: { "authentik.dump": { bytes: 1_000_000, sha256: "0" } },
    databases: {},
};

describe("copies of backups elsewhere", () => {
    it("are read from restic's list, oldest first, and the own one where another stack has one of the same time", () => {
        expect(copies).to.deep.equal([
            {
                id: early,
                snapshot: "of-staging-authentik-offsite",
                owner: "staging-authentik-offsite",
                release: "2025.8.4",
                bytes: 0,
            },
            { id: late, snapshot: "of-authentik-offsite", owner: own, release: "2025.8.4", bytes: 1_400_000 },
        ]);
    });

    it("are whole: one that lacks files is none", () => {
        const part = snapshot(late, own, { tags: ["files-3"], summary: { total_files_processed: 2 } });
        const whole = snapshot(early, own, { tags: ["files-3"], summary: { total_files_processed: 3 } });

        expect(readCopies(JSON.stringify([part, whole]), own).map(({ id }) => id)).to.deep.equal([early]);
    });

    it("are none where there is no repository yet", () => {
        expect(readCopies('{"message_type":"exit_error","code":10}\n', own)).to.deep.equal([]);
    });

    it("are listed beside what is here, with why they cannot be read", () => {
        const now = new Date("2026-11-28T06:31:00Z");
        const listing = { manifests: [manifest], failures: [] };

        expect(describeListing(listing, now, { owner: own, copies, failures: ["copy failed: no route"] })).to.equal(
            [
                "2026-11-27T03-30-00Z  1 day ago    0 bytes  2025.8.4  elsewhere; of staging-authentik-offsite",
                "2026-11-28T03-30-00Z  3 hours ago  1.0 MB   2025.8.4  also elsewhere",
                "",
                "elsewhere: copy failed: no route",
            ].join("\n"),
        );
    });
});
