import { expect } from "chai";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { Dumps } from "../../../cli/upgrade/dumps";
import { movePostgres } from "../../../cli/upgrade/postgres";
import { StackPostgres } from "../../../cli/upgrade/postgres-stack";
import { dumpToRestore, releaseOfDump } from "../../../cli/upgrade/steps";
import type { OpenStack } from "../../../cli/workplace";
import { DockerConnection } from "../../../engine/connection";
import { startEngine } from "../../support/engine";

describe("what an upgrade goes back to", () => {
    const names = ["2025.8.6-2026-11-01T10-00-00-000Z", "2025.10.4-2026-11-02T10-00-00-000Z"];
    const again = [...names, "2025.8.6-2026-11-03T10-00-00-000Z"];

    it("is the newest that was saved, or the newest of a release", () => {
        expect(dumpToRestore(names, undefined)).to.equal(names[1]);
        expect(dumpToRestore(names, "2025.8.6")).to.equal(names[0]);
        expect(dumpToRestore(again, "2025.8.6")).to.equal(again[2]);
        expect(releaseOfDump(names[1] ?? "")).to.equal("2025.10.4");
    });

    it("is refused where there is none, with what there is", () => {
        expect(() => dumpToRestore([], undefined)).to.throw("Nothing was saved.");
        expect(() => dumpToRestore(names, "2025.12.6")).to.throw(
            `Nothing was saved of 2025.12.6. What was saved: ${names.join(", ")}.`,
        );
    });
});

describe("an upgrade, also back,", () => {
    for (const State of ["exited", "running"])
        it(`is ${State === "running" ? "begun" : "refused with what to do"} where PostgreSQL is ${State}`, async () => {
            const labels = { "authentik-stack.stack": "x/", "authentik-stack.resource": "authentik-postgres-server" };
            const engine = await startEngine({ lists: { containers: [{ Id: "p", Labels: labels, State }] } });
            const connection = new DockerConnection({ host: engine.host }, {});
            const open = {
                ...{ identity: "x/", stack: { name: "prod", workspace: { workDir: tmpdir() } } },
                workplace: { docker: { connection } },
            } as unknown as OpenStack;

            const refusal = await new Dumps(open).needsPostgres().then(() => "", String);

            await engine.close();
            if (State === "running") expect(refusal).to.equal("");
            else expect(refusal).to.contain("`npm start -- prod` starts it");
        });
});

describe("another image of the same PostgreSQL", () => {
    const plan = Object.getOwnPropertyDescriptor(StackPostgres.prototype, "plan") ?? {};
    const stdin = Object.getOwnPropertyDescriptor(process, "stdin") ?? {};
    beforeEach(() => {
        const from = { volume: "pg_data", image: "postgres:16.4" };
        StackPostgres.prototype.plan = () => Promise.resolve({ from, holds: 16, wants: 16, target: "pg_data" });
        Object.defineProperty(process, "stdin", { value: Readable.from([]), configurable: true });
    });
    afterEach(() => {
        Object.defineProperty(StackPostgres.prototype, "plan", plan);
        Object.defineProperty(process, "stdin", stdin);
    });

    it("is asked for as well, since nobody can sign in meanwhile", async () => {
        const open = {
            ...{ identity: "x/", stack: { name: "prod", workspace: { workDir: tmpdir() } } },
            workplace: { docker: { connection: new DockerConnection({ host: "tcp://127.0.0.1:1" }, {}) } },
        } as unknown as OpenStack;

        const refusal = await movePostgres(open, "postgres:16.5", false).then(() => "", String);

        expect(refusal).to.contain("Nothing was changed.");
    });
});
