import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isOrphan, removeOrphans, removeSwarmOrphans } from "../../../cli/stack/leftovers";
import { abandonedSince, readLocks } from "../../../cli/stack/locks";
import { DockerConnection } from "../../../engine/connection";
import { removeEndedJobs } from "../../../engine/job";
import { removeEndedServiceJobs } from "../../../engine/swarm-job";
import { type Behaviour, startEngine } from "../../support/engine";

const lock = { pid: 4711, username: "root", hostname: hostname(), timestamp: "2026-11-24T10:00:00Z" };
const gone = () => false;
const eventually = async (is: () => boolean) => {
    for (let tries = 0; !is() && tries < 200; tries++) await sleep(20);
};
const alive = () => true;
const nameOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, "utf8").trim();

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

    it("are those of a run also where a packager renamed the Pulumi CLI", async () => {
        const folder = mkdtempSync(join(tmpdir(), "locks-"));
        const pulumi = join(folder, ".pulumi-wrapped");
        copyFileSync("/bin/sleep", pulumi);
        const running = spawn(pulumi, ["60"]);
        try {
            await eventually(() => nameOf(Number(running.pid)) === ".pulumi-wrapped");
            expect(() => abandonedSince([{ ...lock, pid: Number(running.pid) }])).to.throw("Another run is active");
        } finally {
            running.kill("SIGKILL");
            rmSync(folder, { recursive: true });
        }
    });

    it("are abandoned when their process was killed, also while nobody asked for its end", async () => {
        const folder = mkdtempSync(join(tmpdir(), "locks-"));
        const pulumi = join(folder, "pulumi");
        copyFileSync("/bin/sleep", pulumi);
        // The program that takes the shell's place does not ask; the shell itself does, after each of its own commands.
        const parent = spawn("sh", ["-c", `${pulumi} 60 & echo $!; exec sleep 60`], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [line] = (await once(parent.stdout, "data")) as [Buffer];
        const its = { ...lock, pid: Number(line.toString()) };
        try {
            await eventually(() => nameOf(its.pid) === "pulumi" && nameOf(Number(parent.pid)) === "sleep");
            expect(() => abandonedSince([its])).to.throw("Another run is active");
            process.kill(its.pid, "SIGKILL");
            await eventually(() => / \(pulumi\) Z /.test(readFileSync(`/proc/${its.pid}/stat`, "utf8")));
            expect(abandonedSince([its])).to.deep.equal(new Date(lock.timestamp));
        } finally {
            parent.kill("SIGKILL");
            rmSync(folder, { recursive: true });
        }
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

    const Labels = { "authentik-stack.stack": "authentik-stack/it-", "authentik-stack.resource": "authentik-server" };
    const onSwarm = (ID: string, Name: string, CreatedAt = later.toISOString()) => ({
        ...{ ID, CreatedAt, Spec: { Name, Labels } },
    });
    const isOrphaned = (object: Parameters<typeof isOrphan>[0]) => isOrphan(object, known, since);
    /** What was removed from an engine. */
    const removed = async (
        behaviour: Behaviour,
        remove: (...args: [...Parameters<typeof removeOrphans>, DockerConnection]) => Promise<string[] | void>,
    ) => {
        const engine = await startEngine(behaviour);
        const connection = new DockerConnection({ host: engine.host });
        const told: string[] = [];
        const progress = (line: string) => void told.push(line);
        const ended = await remove(progress, await connection.client(), "authentik-stack/it-", isOrphaned, connection);
        await engine.close();
        const requests = engine.requests.filter((line) => line.startsWith("DELETE")).map((line) => line.split("?")[0]);
        return { told, requests, ended };
    };

    it("are removed, but not the containers that Swarm made for a service", async () => {
        const Created = later.getTime() / 1000;
        const containers = [
            { Id: "own", Labels, Created },
            { Id: "task", Labels: { ...Labels, "com.docker.swarm.service.id": "known" }, Created },
        ];
        const { requests } = await removed({ lists: { containers } }, removeOrphans);
        expect(requests).to.deep.equal(["DELETE /containers/own"]);
    });

    it("are jobs that are over, but none that runs or was just made", async () => {
        const job = { ...Labels, "authentik-stack.job": "it-authentik-backup-list" };
        const containers = [
            { Id: "over", Labels: job, State: "exited", Status: "Exited (1) 5 minutes ago" },
            { Id: "never-started", Labels: job, State: "created" },
            { Id: "running", Labels: job, State: "running" },
            { Id: "ended-just-now", Labels: job, State: "exited" },
            { Id: "removed-by-its-owner", Labels: job, State: "exited" },
            { Id: "just-made", Labels: job, State: "created", Created: Math.floor(Date.now() / 1000) },
            { Id: "of-another", Labels: { ...job, "authentik-stack.stack": "other/" }, State: "exited" },
            { Id: "no-job", Labels, State: "exited" },
        ];
        const ended: string[] = [];
        const state = (_: number, id: string) => ({
            Status: "exited",
            ...(id === "ended-just-now" ? { FinishedAt: new Date().toISOString() } : {}),
        });
        const { requests } = await removed(
            { lists: { containers }, state, gone: ["removed-by-its-owner"] },
            async (_, _docker, stack, _isOrphaned, connection) => {
                ended.push(...(await removeEndedJobs(connection, stack)));
            },
        );
        expect(requests).to.deep.equal(["DELETE /containers/over", "DELETE /containers/never-started"]);
        expect(ended[0], "which is told").to.equal("it-authentik-backup-list: Exited (1) 5 minutes ago");
    });

    it("are services of jobs that are over on a Swarm, with their files, but none that runs, was just made or may be read now", async () => {
        const Labels = { "authentik-stack.stack": "authentik-stack/it-", "authentik-stack.job": "it-look" };
        const now = new Date().toISOString();
        const file = (ID: string, CreatedAt: string, of = Labels) => ({
            ID,
            CreatedAt,
            Spec: { Name: ID, Labels: of },
        });
        const job = (ID: string, CreatedAt = now, secrets: string[] = [], of = Labels) => {
            const Secrets = secrets.map((SecretID) => ({ SecretID }));
            return {
                ...file(ID, CreatedAt, of),
                Spec: { Name: ID, Labels: of, TaskTemplate: { ContainerSpec: { Secrets } } },
            };
        };
        const before = "2026-11-24T09:00:00Z";
        const another = { ...Labels, "authentik-stack.stack": "other/" };
        const is = (State: string, Timestamp = before) => [{ CreatedAt: before, Status: { State, Timestamp } }];
        const { requests, ended } = await removed(
            {
                lists: {
                    services: [
                        ...[job("over", now, ["its-file", "of-a-workload"]), job("failed"), job("placeless", before)],
                        ...[job("running", before, ["in-use"]), job("pulling", before), job("just-over", before)],
                        ...[job("just-made"), job("of-another", before, [], another)],
                    ],
                    tasks: {
                        ...{ over: is("complete"), failed: is("failed"), placeless: is("pending") },
                        ...{ running: is("running"), pulling: is("preparing"), "just-over": is("complete", now) },
                        ...{ "just-made": is("pending"), "of-another": is("complete") },
                    },
                    secrets: [
                        ...[file("its-file", now), file("without-a-job", before), file("in-use", before)],
                        ...[file("just-made-file", now), file("of-anothers-job", before, another)],
                    ],
                },
                refused: { "in-use": "secret 'in-use' is in use by the following service: running" },
            },
            (_, _docker, stack, _isOrphaned, connection) => removeEndedServiceJobs(connection, stack),
        );
        expect(requests).to.deep.equal([
            ...["DELETE /services/over", "DELETE /services/failed", "DELETE /services/placeless"],
            ...["DELETE /secrets/its-file", "DELETE /secrets/without-a-job", "DELETE /secrets/in-use"],
        ]);
        expect(ended).to.deep.equal(["over", "failed", "placeless"]);
    });

    it("are services, secrets and configs of a Swarm, of which another's stay where they are in use", async () => {
        const services = [onSwarm("known", "ak-postgres-0a1b2c3"), onSwarm("s1", "ak-redis-0a1b2c3")];
        const secrets = [
            ...[onSwarm("k1", "ak-redis-conf-0a1b2c3"), onSwarm("k2", "used-0a1b2c3")],
            onSwarm("old", "authentik-server-token-0a1b2c3", before.toISOString()),
            onSwarm("pending", "authentik-server-0a1b2c3", before.toISOString()),
        ];
        const configs = [onSwarm("c1", "ak-gateway-first-0a1b2c3"), onSwarm("known", "ak-gateway-first-0a1b2c4")];
        const refused = { k2: "secret 'used-0a1b2c3' is in use by the following service: other" };
        const { told, requests } = await removed(
            { lists: { services, secrets, configs }, refused },
            removeSwarmOrphans,
        );
        expect(requests).to.deep.equal([
            ...[
                "DELETE /services/s1",
                "DELETE /secrets/k1",
                "DELETE /secrets/k2",
                "DELETE /secrets/pending",
                "DELETE /configs/c1",
            ],
        ]);
        expect(told[0]).to.equal("removing the unfinished service ak-redis-0a1b2c3");
    });
});
