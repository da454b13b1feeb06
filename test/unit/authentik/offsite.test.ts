import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const scripts = ["offsite.sh", "backup.sh"];
const [early, late, ahead] = ["2025-11-26T03-30-00Z", "2025-11-27T03-30-00Z", "2136-11-27T03-30-00Z"];
const owner = "authentik-offsite-5eedbeef";

/** A restic that writes down what it is asked, and answers with the file of the command. */
const restic = (folder: string) => `#!/bin/sh
echo "$*" >> ${folder}/asked
for word in cat unlock snapshots backup forget restore; do
    case " $* " in
    *" $word "*)
        [ ! -e ${folder}/$word ] || . ${folder}/$word
        exit 0
        ;;
    esac
done
`;

const snapshot = (id: string, snapshotId: string, copied: number) => ({
    ...{ time: "2025-11-27T03:30:00Z", tree: "a0", paths: [`/backups/${id}`], hostname: owner, username: "authentik" },
    ...{ tags: ["authentik-stack", "2025.8.4", "files-2"], program_version: "restic 0.18.1" },
    ...{ summary: { files_new: copied, total_files_processed: copied, total_bytes_processed: 112 } },
    ...{ id: snapshotId, short_id: snapshotId },
});

describe("the program that copies backups elsewhere", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-offsite-"));
        for (const name of ["bin", "tmp", "secrets", "backups"]) mkdirSync(join(folder, name));
        const places = {
            "=/backups": `=${folder}/backups`,
            "/run/secrets": `${folder}/secrets`,
            "/tmp/": `${folder}/tmp/`,
        };
        // The folder itself is below /tmp.
        const moved = Object.keys(places).join("|");
        for (const name of scripts) {
            const script = readFileSync(join(__dirname, "../../../authentik", name), "utf8");
            const text = script.replaceAll(new RegExp(moved, "g"), (place) => places[place as keyof typeof places]);
            writeFileSync(join(folder, name), text);
        }
        writeFileSync(join(folder, "bin/restic"), restic(folder), { mode: 0o755 });
        writeFileSync(join(folder, "secrets/secret_key_fingerprint"), "5eedbeef00");
        for (const id of [early, late, ahead]) save(id);
        has();
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const save = (id: string) => {
        mkdirSync(join(folder, "backups", id));
        writeFileSync(join(folder, "backups", id, "authentik.dump"), "rows");
        writeFileSync(join(folder, "backups", id, "manifest.json"), `{\n    "release": "2025.8.4",\n}\n`);
    };
    const answer = (command: string, text: string) => writeFileSync(join(folder, command), text);
    const has = (...snapshots: object[]) => answer("snapshots", `echo '${JSON.stringify(snapshots)}'`);
    const env = (keep: string) => ({
        ...{ PATH: `${folder}/bin:${process.env.PATH ?? ""}`, OWNER: "authentik-offsite", KEEP: keep },
        ...{ PERIOD: "86400", CHECK_PERIOD: "0" },
    });
    const run = (command: string[], keep = "--keep-last 14") =>
        spawnSync("sh", [join(folder, "offsite.sh"), ...command], { env: env(keep), encoding: "utf8" });
    const asked = (command: string) =>
        readFileSync(join(folder, "asked"), "utf8")
            .split("\n")
            .filter((line) => line.includes(` ${command} `));
    const content = (file: string) => readFileSync(join(folder, "tmp", file), "utf8").trim();

    it("copies what is newer than the newest copy, and nothing that was made while the clock was ahead", () => {
        has(snapshot(early, "e1", 2), snapshot(ahead, "a1", 2));

        const { status, stdout } = run(["attempt", "copy"]);

        expect([status, stdout]).to.deep.equal([0, `copied ${late}\n`]);
        expect(content("seen")).to.equal(late);
    });

    it("names the stack by its secret key as well, says how many files there are, and waits for others' work", () => {
        run(["attempt", "copy"]);

        expect(asked("backup")[0])
            .to.contain(
                `--tag authentik-stack --tag 2025.8.4 --tag files-2 --host ${owner} --time 2025-11-26 03:30:00 `,
            )
            .and.contain("--retry-lock 1h");
        expect(asked("forget").join()).to.contain(`--host ${owner} --group-by host --keep-last 14 --prune`);
        expect(asked("cat").join(), "before what is left of a killed one is removed").to.contain("--no-lock");
    });

    it("does not take a part of a backup for a copy, and removes it where that is allowed", () => {
        has(snapshot(early, "e1", 2), snapshot(late, "f1", 1));

        expect(run(["attempt", "copy"]).stdout).to.equal(`copied ${late}\n`);
        expect(asked("forget")[0]).to.match(/forget --quiet f1$/);

        answer("forget", "echo forbidden >&2; exit 1");
        expect(run(["attempt", "copy"], "").stdout, "a repository that deletes nothing").to.equal(`copied ${late}\n`);
        expect(run(["attempt", "copy"]).status).to.equal(1);
    });

    it("says after a minute what restic goes on to try, and lists nothing where there is no repository", () => {
        const timeout = `echo "The specified bucket does not exist"; [ "$1" = 60 ] && exit 124`;
        writeFileSync(join(folder, "bin/timeout"), `#!/bin/sh\n${timeout}\n`, { mode: 0o755 });

        expect(run(["attempt", "copy"]).status).to.equal(1);
        expect(content("failed-copy")).to.equal("The specified bucket does not exist");
        expect(run(["list"])).to.include({ status: 1, stdout: "", stderr: "The specified bucket does not exist\n" });

        rmSync(join(folder, "bin/timeout"));
        answer("cat", "exit 10");
        expect(run(["list"])).to.include({ status: 0, stdout: "" });
    });

    it("is not done before old copies are removed", () => {
        answer("forget", "echo locked >&2; exit 11");

        expect(run(["attempt", "copy"]).status).to.equal(1);

        expect(existsSync(join(folder, "tmp/seen"))).to.equal(false);
        expect(content("newest")).to.equal(late);
        expect(content("failed-copy")).to.equal("locked");
    });

    it("leaves nothing of a backup that it could not bring back, and brings none for which there is no room", () => {
        answer("restore", `mkdir ${folder}/backups/2025-11-20T03-30-00Z.part; echo "no route" >&2; exit 1`);
        const before = readdirSync(join(folder, "backups"));

        expect(run(["fetch", "5eed", "2025-11-20T03-30-00Z", "4"]).stderr).to.equal("no route\n");
        expect(run(["fetch", "5eed", "2025-11-20T03-30-00Z", String(10 ** 17)]).stderr).to.contain("there is no room");

        expect(readdirSync(join(folder, "backups"))).to.deep.equal([".lock", ...before]);
        expect(asked("restore")).to.have.length(1);
    });

    it("brings one back whole, and it does not count among those that are kept until a day later", () => {
        answer("restore", `mkdir ${folder}/backups/2025-11-20T03-30-00Z.part`);
        const counted = () => {
            writeFileSync(join(folder, "backups/2025-11-20T03-30-00Z/manifest.json"), "{}");
            return spawnSync("sh", [join(folder, "backup.sh"), "counted"], { encoding: "utf8" }).stdout.split("\n");
        };

        expect(run(["fetch", "5eed", "2025-11-20T03-30-00Z", "4"]).stdout).to.equal(
            "brought back 2025-11-20T03-30-00Z\n",
        );

        expect(counted()).to.include(early).and.not.include("2025-11-20T03-30-00Z");
        const yesterday = new Date(Date.now() - 25 * 3_600_000);
        utimesSync(join(folder, "backups/2025-11-20T03-30-00Z/.fetched"), yesterday, yesterday);
        expect(counted()).to.include("2025-11-20T03-30-00Z");
    });

    it("lets restic take its lock away when it is stopped", async () => {
        answer(
            "backup",
            `trap 'echo > ${folder}/unlocked; exit 130' TERM; echo > ${folder}/locked; sleep 20 & wait $!`,
        );
        const options = { env: env(""), detached: true, stdio: "ignore" } as const;
        const running = spawn("sh", [join(folder, "offsite.sh"), "run"], options);
        const ended = new Promise((resolve) => running.once("exit", resolve));
        const until = Date.now() + 10_000;
        while (!existsSync(join(folder, "locked")) && Date.now() < until) await sleep(50);

        running.kill("SIGTERM");

        expect(await ended).to.equal(0);
        expect(existsSync(join(folder, "unlocked"))).to.equal(true);
    });
});
