import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDocker, isDebian } from "../../../cli/docker-engine";
import { reasonOf } from "../../../cli/progress";
import { clearStalePid, hasCgroups } from "../../../cli/docker/dockerd";
import { howFar, isUnreachable } from "../../../cli/docker/pull";

describe("Docker engine", () => {
    it("is installed on Debian, Ubuntu and their descendants", () => {
        expect(isDebian('NAME="Debian GNU/Linux"\nID=debian\n')).to.equal(true);
        expect(isDebian('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).to.equal(true);
        expect(isDebian("ID=fedora\n")).to.equal(false);
        expect(isDebian("")).to.equal(false);
    });

    it("is the one that is named, or none: a mistake is reported with its name and a cure", async () => {
        const failure = (settings: Parameters<typeof findDocker>[0]) => findDocker(settings).then(String, reasonOf);

        const reason = await failure({ host: "tcp://127.0.0.1:1" });
        expect(reason).to.match(/^No Docker engine answers at tcp:\/\/127.0.0.1:1: .*ECONNREFUSED/);
        expect(reason).to.match(/Start that engine, or change docker:host in the stack's configuration\.$/);
        expect(await failure({ context: "of nobody" })).to.contain(
            'docker:context = "of nobody": there is no such context',
        );
    });

    it("knows control groups of both versions, and misses those that are not mounted", () => {
        const version1 = ["cpu", "memory", "devices", "pids"]
            .map((controller) => `cgroup /sys/fs/cgroup/${controller} cgroup rw,relatime,${controller} 0 0`)
            .join("\n");

        expect(hasCgroups(version1)).to.equal(true);
        expect(hasCgroups("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0")).to.equal(true);
        expect(hasCgroups("cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0")).to.equal(false);
        expect(hasCgroups("cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0")).to.equal(false);
    });

    it("removes a pid file whose process is gone or another program", () => {
        const folder = mkdtempSync(join(tmpdir(), "pid-"));
        const file = join(folder, "docker.pid");
        const self = String(process.pid);
        const program = readFileSync(`/proc/${self}/comm`, "utf8").trim();

        writeFileSync(file, self);
        expect(clearStalePid(file, program)).to.equal(true);
        expect(existsSync(file)).to.equal(true);
        expect(clearStalePid(file, "dockerd")).to.equal(false);
        expect(existsSync(file)).to.equal(false);
        expect(clearStalePid(file, "dockerd")).to.equal(false);
        rmSync(folder, { recursive: true });
    });
});

describe("pulling images", () => {
    it("tells a registry out of reach from one that refuses", () => {
        for (const reason of [
            'Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
            "net/http: TLS handshake timeout",
            "context deadline exceeded",
            "no answer",
        ]) {
            expect(isUnreachable(reason), reason).to.equal(true);
        }
        for (const reason of ["manifest unknown", "pull access denied, repository does not exist", "toomanyrequests"]) {
            expect(isUnreachable(reason), reason).to.equal(false);
        }
    });

    it("says how far it is", () => {
        const layers = [
            { current: 1_000_000, total: 3_000_000 },
            { current: 2_000_000, total: 4_000_000 },
        ];
        expect(howFar(layers)).to.equal("3 of 7 MB");
    });
});
