import { expect } from "chai";
import { tmpdir } from "node:os";
import { fitting } from "../../../../cli/backup/restore";
import type { OpenStack } from "../../../../cli/workplace";

describe("a restore into another stack", () => {
    /** A stack on an engine that says this of itself, and runs nothing. */
    const on = (name: string, host: string, info: object) =>
        ({
            stack: { name, workspace: { workDir: tmpdir() } },
            workplace: {
                docker: {
                    connection: {
                        host,
                        get: () => Promise.resolve(info),
                        pullIfMissing: () => Promise.reject(new Error("it looked for the backup")),
                    },
                },
            },
        }) as unknown as OpenStack;
    const from = on("prod", "ssh://prod", { ID: "one", Swarm: { Cluster: { ID: "bees" } } });
    const refused = (into: OpenStack) =>
        fitting(() => undefined, { from, into, id: "2026-11-28T03-30-00Z" }).then(() => "", String);

    it("is refused where that runs on another engine, which does not have the backup", async () => {
        for (const info of [{ ID: "two" }, { ID: "two", Swarm: { Cluster: { ID: "other" } } }])
            expect(await refused(on("spare", "ssh://spare", info)))
                .to.contain("runs on another Docker engine than prod, where the volume ak_backups")
                .and.contain("npm run restore -- 2026-11-28T03-30-00Z --stack spare");
    });

    it("goes on where the engine is the same, by whatever address, or of the same Swarm", async () => {
        const same = [
            on("spare", "ssh://prod", { ID: "not asked" }),
            on("spare", "tcp://prod:2376", { ID: "one" }),
            on("spare", "ssh://manager", { ID: "two", Swarm: { Cluster: { ID: "bees" } } }),
        ];
        for (const into of same) expect(await refused(into)).to.contain("it looked for the backup");
    });
});
