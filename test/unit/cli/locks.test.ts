import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isOrphan } from "../../../cli/stack/leftovers";
import { abandonedSince, readLocks } from "../../../cli/stack/locks";

const lock = { pid: 4711, username: "root", hostname: hostname(), timestamp: "2026-11-24T10:00:00Z" };
const gone = () => false;
const alive = () => true;

describe("locks of a stack", () => {
    it("are read from the local state", () => {
        const folder = mkdtempSync(join(tmpdir(), "locks-"));
        const locks = join(folder, ".pulumi/locks/organization/authentik-stack/dev");
        mkdirSync(locks, { recursive: true });
        writeFileSync(join(locks, "0b7c.json"), JSON.stringify(lock));

        expect(readLocks(folder, "authentik-stack", "dev")).to.deep.equal([lock]);
        expect(readLocks(folder, "authentik-stack", "staging")).to.deep.equal([]);
        rmSync(folder, { recursive: true });
    });

    it("are abandoned when their process is gone", () => {
        const later = { ...lock, timestamp: "2026-11-24T11:00:00Z" };

        expect(abandonedSince([], gone)).to.equal(undefined);
        expect(abandonedSince([later, lock], gone)).to.deep.equal(new Date(lock.timestamp));
    });

    it("are respected while their process lives, or may live on another machine", () => {
        expect(() => abandonedSince([lock], alive)).to.throw("Another run is active on the stack: root on");
        expect(() => abandonedSince([{ ...lock, hostname: "elsewhere" }], gone)).to.throw(
            "npm run pulumi -- cancel --yes",
        );
    });
});

describe("leftovers of a killed run", () => {
    const since = new Date("2026-11-24T10:00:00Z");
    const later = new Date("2026-11-24T10:00:05Z");
    const before = new Date("2026-11-24T09:00:00Z");
    const known = { ids: new Set(["known"]), pending: new Set(["authentik-server"]) };
    const object = (parts: object) => ({ id: "x", name: "x", created: later, labels: {}, ...parts });

    it("are what the state does not know and the run made", () => {
        expect(isOrphan(object({}), known, since)).to.equal(true);
        expect(
            isOrphan(object({ labels: { "authentik-stack.resource": "authentik-server" } }), known, undefined),
        ).to.equal(true);
    });

    it("are not what the state knows, what is older, or what another checkout made", () => {
        expect(isOrphan(object({ id: "known" }), known, since)).to.equal(false);
        expect(isOrphan(object({ created: before }), known, since)).to.equal(false);
        expect(isOrphan(object({}), known, undefined)).to.equal(false);
    });
});
