import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readListing } from "../../../cli/backup/manifest";

const id = "2026-11-28T03-30-00Z";

/** Programs of PostgreSQL that write down what they are asked; `pg_restore` fails where a file of that name says so. */
const programs = (folder: string) => ({
    psql: `#!/bin/sh
echo "psql $*" >> ${folder}/asked
case "$*" in
*SELECT\\ 1\\ FROM\\ pg_roles*) ;;
*--set=fresh=*) [ ! -e ${folder}/no-swap ] || exit 1; cat > ${folder}/swapped ;;
*--set=name=*) echo 1 ;;
esac
`,
    pg_restore: `#!/bin/sh
echo "pg_restore $*" >> ${folder}/asked
case "$*" in
*--jobs=2*) [ ! -e ${folder}/no-room ] || { echo "No space left on device" >&2; exit 1; } ;;
esac
`,
    // A swap that fails is tried again and again.
    sleep: "#!/bin/sh\n",
});

describe("the program of the backups", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-backup-"));
        for (const name of ["bin", "tmp", "backups", "target/media", "target/gateway", "files/icons"])
            mkdirSync(join(folder, name), { recursive: true });
        const places = {
            "=/backups": `=${folder}/backups`,
            "/target/": `${folder}/target/`,
            "/tmp/": `${folder}/tmp/`,
        };
        const script = readFileSync(join(__dirname, "../../../authentik/backup.sh"), "utf8");
        const text = script.replaceAll(
            /=\/backups|\/target\/|\/tmp\//g,
            (place) => places[place as keyof typeof places],
        );
        writeFileSync(join(folder, "backup.sh"), text);
        for (const [name, program] of Object.entries(programs(folder)))
            writeFileSync(join(folder, "bin", name), program, { mode: 0o755 });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const run = (...command: string[]) => {
        const env = { PATH: `${folder}/bin:${process.env.PATH ?? ""}` };
        return spawnSync("sh", [join(folder, "backup.sh"), ...command], { env, encoding: "utf8" });
    };
    const asked = () => readFileSync(join(folder, "asked"), "utf8").split("\n");
    const manifest = (name: string, files: object) => {
        const lines = Object.entries(files).map(
            ([file, sha256]) => `        "${file}": { "bytes": 1, "sha256": "${String(sha256)}" }`,
        );
        const text = `{\n    "format": 1,\n    "id": "${name}",\n    "files": {\n${lines.join(",\n")}\n    }\n}\n`;
        writeFileSync(join(folder, "backups", name, "manifest.json"), text);
    };

    describe("that restores", () => {
        const old = () => join(folder, "target/media/old.png");
        beforeEach(() => {
            const backup = join(folder, "backups", id);
            mkdirSync(backup);
            for (const name of ["icons/new.png", ".hidden"]) writeFileSync(join(folder, "files", name), "new");
            chmodSync(join(folder, "files"), 0o751);
            for (const name of ["media.tar", "gateway.tar"])
                spawnSync("tar", ["-C", join(folder, "files"), "-cf", join(backup, name), "."]);
            writeFileSync(join(backup, "authentik.dump"), "rows");
            const digest = (file: string) =>
                createHash("sha256")
                    .update(readFileSync(join(backup, file)))
                    .digest("hex");
            manifest(id, Object.fromEntries(readdirSync(backup).map((file) => [file, digest(file)])));
            writeFileSync(old(), "old");
            // What an earlier one left.
            mkdirSync(join(folder, "target/media/.restoring/icons"), { recursive: true });
            writeFileSync(join(folder, "target/gateway/autosave.json"), "{}");
        });

        it("puts databases and files in the place of the old ones", () => {
            const { status, stdout, stderr } = run("restore", id);

            expect([status, stdout.split("\n").at(-2)], stderr).to.deep.equal([0, `restored ${id}`]);
            expect(existsSync(join(folder, "swapped"))).to.equal(true);
            expect(readdirSync(join(folder, "target/media")).sort()).to.deep.equal([".hidden", "icons"]);
            expect(readFileSync(join(folder, "target/media/icons/new.png"), "utf8")).to.equal("new");
            expect(statSync(join(folder, "target/media")).mode & 0o777, "as its own folder was").to.equal(0o751);
            expect(readdirSync(join(folder, "target/gateway")).sort()).to.deep.equal(["autosave.json", "caddy"]);
            expect(readdirSync(join(folder, "target/gateway/caddy")).sort()).to.deep.equal([".hidden", "icons"]);
        });

        it("is not saved with what a killed one left", () => {
            mkdirSync(join(folder, "files/.restoring/icons"), { recursive: true });
            const saved = join(folder, "saved.tar");

            expect(run("archive", join(folder, "files"), saved).status).to.equal(0);

            const names = spawnSync("tar", ["-tf", saved], { encoding: "utf8" }).stdout;
            expect(names).to.contain("icons/new.png").and.not.contain(".restoring");
        });

        for (const [what, fault] of [
            ["a database cannot be restored", () => writeFileSync(join(folder, "no-room"), "")],
            ["a database cannot be replaced", () => writeFileSync(join(folder, "no-swap"), "")],
            [
                "the files cannot be restored",
                () => writeFileSync(join(folder, "bin/tar"), "#!/bin/sh\nexit 2\n", { mode: 0o755 }),
            ],
        ] as const)
            it(`leaves the old ones alone, and nothing beside them, where ${what}`, () => {
                fault();

                const { status } = run("restore", id);

                expect(status).to.not.equal(0);
                expect(asked().at(-2)).to.contain('DROP DATABASE IF EXISTS "restoring-1" WITH (FORCE)');
                expect(readFileSync(old(), "utf8")).to.equal("old");
                const beside = join(folder, "target/gateway/caddy/.restoring");
                expect(existsSync(beside)).to.equal(false);
            });
    });

    describe("that lists", () => {
        const names = ["2026-11-27T03-30-00Z", id];
        beforeEach(() => {
            for (const name of names) {
                mkdirSync(join(folder, "backups", name));
                manifest(name, { "authentik.dump": "0", 'weird\\"name': "1" });
            }
        });

        it("says of each what it is, in a form that many of them fit into", () => {
            const { stdout, stderr } = run("pack", "list");

            expect(stderr).to.equal("");
            const { manifests } = readListing(gunzipSync(Buffer.from(stdout, "base64")).toString());
            expect(manifests.map((one) => one.id)).to.deep.equal(names);
            expect(Object.keys(manifests[0]?.files ?? {})).to.include('weird"name');
        });

        it("tells of one that cannot be read, and shows the others", () => {
            writeFileSync(join(folder, "backups", names[0] ?? "", "manifest.json"), "");

            const { manifests, failures } = readListing(run("list").stdout);

            expect(manifests.map((one) => one.id)).to.deep.equal([id]);
            expect(failures.join()).to.contain(names[0]);
        });
    });
});
