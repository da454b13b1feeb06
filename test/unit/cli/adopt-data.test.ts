import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commentIn, dump } from "../../../cli/adopt/data";
import { DockerConnection } from "../../../engine/connection";
import { type FakeEngine, startEngine } from "../../support/engine";

const old = { container: "old", user: "authentik", name: "authentik", major: 16 };

describe("the data of another installation", () => {
    let folder = "";
    let engine: FakeEngine;
    let said: { code: number; output: string };
    before(async () => {
        engine = await startEngine({ exec: () => said });
    });
    after(() => engine.close());
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "adopt-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const connection = () => new DockerConnection({ host: engine.host }, {});
    const file = () => join(folder, "made/database.dump");
    const fails = (code: number, output: string) => {
        said = { code, output };
        return dump(connection(), old, file()).then(
            () => "",
            (reason: Error) => reason.message,
        );
    };

    it("are dumped into a file, whole", async () => {
        const output = "rows ".repeat(1_000_000);
        expect(await fails(0, output)).to.equal("");
        expect(readFileSync(file(), "utf8") === output).to.equal(true);
    });

    it("are not dumped onto a full disk, and the reason is told", async () => {
        await fails(0, "");
        symlinkSync("/dev/full", `${file()}.part`);

        expect(await fails(0, "rows ".repeat(1_000_000))).to.match(/cannot be written to .*ENOSPC/);
        expect(existsSync(`${file()}.part`), "nothing is left of it").to.equal(false);
    });

    it("are not dumped where pg_dump fails", async () => {
        expect(await fails(1, "")).to.contain("The old database cannot be dumped");
    });

    it("are known by the comment of the database, whatever PostgreSQL warns of", async () => {
        const client = await connection().client();
        const comment = (code: number, output: string) => {
            said = { code, output };
            return commentIn(client.getContainer("running"));
        };
        const warning = 'WARNING:  database "postgres" has a collation version mismatch\nHINT:  Rebuild it.\n';
        expect(await comment(0, `${warning}comment: old\n`)).to.equal("old");
        expect(await comment(0, "comment: \n")).to.equal("");
        expect(await comment(0, warning)).to.equal(undefined);
        expect(await comment(2, "psql: FATAL: no").catch(String)).to.contain("FATAL: no");
    });
});
