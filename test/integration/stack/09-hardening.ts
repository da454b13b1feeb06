import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jobLabel, stackLabel } from "../../../engine/labels";
import { projectRoot } from "../../../cli/workplace";
import {
    addressesOf,
    capabilitiesOf,
    handOver,
    type Inspected,
    inspect,
    jobsIn,
    matrix,
    titleOf,
} from "../support/controls";
import { container, containers, docker, tryDocker } from "../support/host";
import { sharedStack, type SharedStack } from "../support/shared-stack";

const page = join(projectRoot, "docs/security.md");
const [begin, end] = ["<!-- controls -->\n", "\n<!-- end of controls -->"];

describe("what containers of a running stack may do", () => {
    let shared: SharedStack;
    let running: Inspected[];
    let all: Inspected[];
    before(async () => {
        shared = await sharedStack();
        running = await Promise.all((await containers(shared.stack.prefix)).map(({ id }) => inspect(id)));
        running.sort((a, b) => order(a) - order(b));
        all = [...running, ...jobsIn(shared.stack.prefix, shared.seen).sort((a, b) => order(a) - order(b))];
    });

    const title = (one: Inspected) => titleOf(shared.stack.prefix, one);
    const order = (one: Inspected) => titles.indexOf(title(one));
    const titles = [
        ...["postgres", "redis", "authentik-server", "authentik-worker", "authentik-backup"],
        ...["ak-outpost-organizr", "ak-outpost-cwad", "ak-gateway"],
        ...[handOver, "job: databases", "job: release", "job: blueprints", "job: gateway", "job: proof"],
    ];

    it("is read from every container and every job", () => {
        expect(running).to.have.length(8);
        expect([...new Set(all.map(title))]).to.deep.equal(titles);
    });

    it("is what docs/security.md says (UPDATE_DOCS=1 writes it there)", () => {
        const table = matrix(shared.stack.prefix, all);
        const text = readFileSync(page, "utf8");
        const [before = "", after = ""] = [text.split(begin)[0], text.split(end)[1]];
        const wanted = `${before}${begin}${table}${end}${after}`;
        if (process.env.UPDATE_DOCS !== undefined) writeFileSync(page, wanted);
        else expect(text).to.equal(wanted);
    });

    it("excludes writing to its root file system and to its files", async () => {
        for (const { Id, Name } of running.filter((one) => !title(one).startsWith("ak-outpost")))
            for (const path of ["/x", "/usr/x"])
                expect(
                    (await tryDocker("exec", "--user", "0", Id, "touch", path)).output,
                    `${Name} ${path}`,
                ).to.contain("Read-only file system");
        for (const one of running) {
            const { Id, Name } = one;
            const folder = title(one) === "ak-gateway" ? "/run/gateway" : "/run/secrets";
            const change = `for file in ${folder}/*; do rm -f $file; echo >$file; echo >${folder}/x; done; exit 0`;
            const { output } = await tryDocker("exec", Id, "bash", "-c", change);
            expect(
                output.split("\n").filter((line) => !/Permission denied|^$/.test(line)),
                Name,
            ).to.deep.equal([]);
            expect(output, Name).to.contain(`${folder}/x: Permission denied`);
        }
        for (const { Name, HostConfig } of all) expect(HostConfig.ReadonlyRootfs, Name).to.equal(true);
    });

    it("excludes root, except in the job that hands a volume over", async () => {
        for (const { Id, Name } of running) {
            const [, ...processes] = (await docker("top", Id, "-eo", "uid,pid,args")).split("\n");
            expect(processes, Name).to.not.have.length(0);
            for (const line of processes) expect(line.trim(), Name).to.not.match(/^0 /);
        }
        const root = all.filter(({ Config }) => ["", "0", "root"].includes(Config.User));
        expect(new Set(root.map(title))).to.deep.equal(new Set([handOver]));
    });

    it("excludes all capabilities, except in that job and for the gateway, and all namespaces of the host", () => {
        const kept: Record<string, string[]> = {
            [handOver]: ["CHOWN", "DAC_READ_SEARCH"],
            "ak-gateway": ["NET_BIND_SERVICE"],
            "job: gateway": ["NET_BIND_SERVICE"],
        };
        for (const one of all) {
            const { CapDrop, SecurityOpt, Privileged, NetworkMode = "", PidMode } = one.HostConfig;
            expect(CapDrop, one.Name).to.deep.equal(["ALL"]);
            expect(capabilitiesOf(one), one.Name).to.deep.equal(kept[title(one)] ?? []);
            expect(SecurityOpt, one.Name).to.deep.equal(["no-new-privileges:true"]);
            expect(Privileged, one.Name).to.equal(false);
            expect([NetworkMode, PidMode], one.Name).to.not.include("host");
            for (const { Type, Source } of one.Mounts)
                expect([Type, Source.includes(".sock")]).to.deep.equal(["volume", false]);
        }
    });

    it("is limited in processes, memory and log", () => {
        for (const { Name, HostConfig } of all) {
            const { PidsLimit, Memory, MemorySwap, LogConfig } = HostConfig;
            expect(PidsLimit, Name).to.be.within(16, 512);
            expect(Memory, Name)
                .to.be.within(64 * 1024 ** 2, 2 * 1024 ** 3)
                .and.equal(MemorySwap);
            expect(LogConfig?.Config, Name).to.have.all.keys("max-size", "max-file");
        }
    });

    it("leaves ports reachable only on this machine, and databases only on an internal network", async () => {
        for (const one of all) for (const address of addressesOf(one)) expect(address, one.Name).to.equal("127.0.0.1");
        expect(await docker("network", "inspect", "--format", "{{.Internal}}", "it-a-db_net")).to.equal("true");
        for (const one of running.filter((one) => ["postgres", "redis"].includes(title(one))))
            expect(Object.keys(one.NetworkSettings.Networks)).to.deep.equal(["it-a-db_net"]);
    });

    it("keeps its secrets to its own user, and leaves none of them behind when they change", async () => {
        const name = "it-a-authentik-ak-outpost-cwad";
        const before = await container(name);
        const volumes = unnamed(await inspect(before.id));
        expect(volumes).to.have.length(1);
        shared.stack.configure(shared.configuration({ rotation: { "outpost/ak-outpost-cwad": 1 } }));
        const { changes } = await shared.stack.up();
        expect(changes).to.include(`replace ${name}`);
        const after = await container(name);
        shared.stack.configure(shared.configuration());
        await shared.stack.up();
        expect(after.id).to.not.equal(before.id);
        const left = (await docker("volume", "ls", "--quiet")).split("\n");
        expect(left).to.not.include.members(volumes);
        const ours = ["--filter", `label=${stackLabel}=${shared.stack.opened.identity}`];
        const jobs = await docker("ps", "--all", "--quiet", ...ours, "--filter", `label=${jobLabel}`);
        expect(jobs, "and no job").to.equal("");
        const [id, secret] = [(await container("it-a-authentik-postgres")).id, "/run/secrets/postgres_password"];
        expect(await docker("exec", id, "stat", "--format", "%U %G %a", secret)).to.equal("root postgres 440");
        expect((await tryDocker("exec", "--user", "1000", id, "cat", secret)).output).to.contain("Permission denied");
    });
});

/** Names of the volumes that go with a container. */
function unnamed({ Mounts }: Inspected): string[] {
    return Mounts.flatMap(({ Name = "" }) => (/^[0-9a-f]{64}$/.test(Name) ? [Name] : []));
}
