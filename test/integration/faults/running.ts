import { expect } from "chai";
import { replaceData } from "../../../cli/backup/restore";
import type { Configuration } from "../../support/configuration";
import { eventually } from "../../contract/support/containers";
import { SmallDisk } from "./disk";
import { Apart } from "./killing";
import { type FaultName, says } from "./list";
import { Trial } from "./trial";
import { devConfiguration, devPorts } from "../support/dev";
import { containers, docker, running } from "../support/host";
import { StackUnderTest } from "../support/stack-under-test";
import { openBench } from "../support/workplace";

const prefix = "it-f-";
const quiet = () => undefined;

describe("a fault of a stack that runs", () => {
    let stack: StackUnderTest;
    let configuration: Configuration;
    let disks: Record<"data" | "backups", SmallDisk>;
    let trial: Trial;

    before(async () => {
        const ports = await devPorts();
        const { images, folder } = await openBench();
        configuration = devConfiguration(prefix, ports, images);
        stack = await StackUnderTest.open(prefix, configuration);
        const disk = { folder, image: images.postgres };
        disks = {
            data: await SmallDisk.make(`${prefix}pg_data`, { ...disk, megabytes: 400 }),
            backups: await SmallDisk.make(`${prefix}ak_backups`, { ...disk, megabytes: 24 }),
        };
        trial = await Trial.begin(stack, ports);
    });
    after(async () => {
        await stack.close();
        for (const disk of Object.values(disks)) await disk.remove();
    });

    for (const [name, role] of Object.entries({
        postgres: "postgres-server",
        redis: "redis-server",
        server: "server",
        worker: "worker",
        outpost: "ak-outpost-organizr",
        backups: "backups-container",
    }))
        it(says(name as FaultName), async () => {
            const starts = await trial.startOf(role);
            await trial.suffer(name as FaultName, { cause: () => trial.kill(role) });
            await eventually(`${role} runs again`, 30, async () => (await trial.startOf(role)) !== starts);
            expect((await running(prefix)).length).to.equal((await containers(prefix)).length);
        });

    it(says("postgresDuringUp"), async () => {
        stack.configure({ ...configuration, server: { ...(configuration.server as object), memory: "1100m" } });
        let update = Promise.resolve<string | undefined>(undefined);
        await trial.suffer("postgresDuringUp", {
            cause: async () => {
                const { id: old } = await trial.container("server");
                update = stack.up().then(quiet, (error: Error) => error.message);
                const servers = () => running(`${prefix}authentik-server-`);
                const isAnother = async () => (await servers()).some(({ id }) => id !== old);
                await eventually("another server", 240, isAnother);
                await trial.kill("postgres-server");
            },
            cure: async () => {
                const failure = await update;
                console.log(`        the update ${failure === undefined ? "succeeded" : `failed: ${failure}`}`);
                if (failure !== undefined) await stack.up();
            },
        });
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it(says("postgresDuringBackup"), async () => {
        const { store, ledger } = trial;
        await store.attempt("save");
        const before = await store.list();
        let backup = Promise.resolve("");
        await trial.suffer("postgresDuringBackup", {
            cause: async () => {
                // What is locked is waited for.
                const locked = ledger.sql("BEGIN; LOCK faults_ledger; SELECT pg_sleep(60)").catch(quiet);
                backup = store.attempt("save").then(String, String);
                const waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump'";
                await eventually("a dump that waits", 30, async () => Number(await ledger.sql(waiting)) > 0);
                await trial.kill("postgres-server");
                await locked;
            },
        });
        expect(await backup).to.match(/pg_dump failed|connection/);
        expect((await store.list()).manifests).to.deep.equal(before.manifests);
        await store.attempt("save");
        expect((await store.list()).failures).to.deep.equal([]);
    });

    it(says("postgresDuringRestore"), async () => {
        const id = await trial.saved();
        let restoring = Promise.resolve("");
        await trial.suffer("postgresDuringRestore", {
            writes: false,
            cause: async () => {
                restoring = replaceData(quiet, trial.restoreOf(id)).then(() => "", String);
                await trial.halfRestored();
                await trial.kill("postgres-server");
            },
            cure: async () => {
                expect(await restoring).to.contain("Fix the cause, then run the same command again");
                await trial.restore(id);
            },
        });
    });

    it(says("restoreKilled"), async () => {
        const id = await trial.saved();
        await trial.suffer("restoreKilled", {
            writes: false,
            cause: async () => {
                const restore = new Apart(stack, "restore", id);
                await trial.halfRestored();
                restore.kill();
            },
            cure: () => trial.restore(id),
        });
    });

    it(says("backupDiskFull"), async () => {
        const { store, ledger } = trial;
        await store.attempt("save");
        const before = await store.list();
        await trial.suffer("backupDiskFull", {
            cause: async () => {
                // Text that cannot be compressed to the size of the disk.
                const random =
                    "SELECT n, md5(random()::text) || md5(random()::text) FROM generate_series(1, 900000) AS n";
                await ledger.sql(`CREATE TABLE large AS ${random}`);
                expect(await store.attempt("save").then(() => "", String)).to.contain("No space left on device");
                const { manifests, failures } = await store.list();
                expect(manifests).to.deep.equal(before.manifests);
                expect(failures.join()).to.contain("No space left on device");
                await ledger.sql("DROP TABLE large");
                await store.attempt("save");
            },
        });
        expect((await store.list()).failures).to.deep.equal([]);
    });

    it(says("dataDiskFull"), async () => {
        await trial.suffer("dataDiskFull", {
            cause: async () => {
                await disks.data.fill();
                const large =
                    "CREATE TABLE large AS SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 100000) n";
                const refused = await trial.ledger.sql(large).then(() => "", String);
                expect(refused).to.match(/No space left on device|terminated|recovery/);
            },
            cure: async () => {
                await disks.data.free();
                await trial.start();
            },
        });
    });

    it(says("network"), async () => {
        const network = `${prefix}db_net`;
        await trial.suffer("network", {
            cause: async () => {
                const format = "{{range $id, $_ := .Containers}}{{$id}} {{end}}";
                const listed = await docker("network", "inspect", "--format", format, network);
                for (const id of listed.split(" ").filter((one) => one !== ""))
                    await docker("network", "disconnect", "--force", network, id);
                await docker("network", "rm", network);
            },
            cure: () => trial.start(),
        });
    });

    it(says("dumpAltered"), async () => {
        const id = await trial.saved();
        const dump = `/backups/${id}/paperless.dump`;
        await trial.suffer("dumpAltered", {
            cause: async () => {
                await trial.inBackups(`cp ${dump} /backups/kept && truncate -s -1 ${dump}`);
                expect(await trial.refusal(id)).to.contain("paperless.dump altered or cut short");
                const alter = `printf x | dd of=${dump} bs=1 seek=64 conv=notrunc 2> /dev/null`;
                await trial.inBackups(`cp /backups/kept ${dump} && ${alter}`);
                expect(await trial.refusal(id)).to.contain("paperless.dump altered or cut short");
                await trial.inBackups(`mv /backups/kept ${dump}`);
            },
        });
        expect(await trial.refusal(id)).to.equal("");
    });

    it(says("clock"), async () => {
        const id = await trial.saved();
        const count = async () => (await trial.store.list()).manifests.length;
        const before = await count();
        // A clock cannot be set back for one container: its records are put into the future instead.
        const future = `${new Date().getUTCFullYear() + 1}${id.slice(4)}`;
        await trial.suffer("clock", {
            cause: async () => {
                await trial.inBackups(`mv /backups/${id} /backups/${future}`);
                await trial.inBackups(`sed -i 's/"id": "${id}"/"id": "${future}"/' /backups/${future}/manifest.json`);
                await trial.inBackups("expr $(date +%s) + 31536000 > /backups/.done-save");
            },
        });
        await eventually("another backup", 60, async () => (await count()) > before);
        expect((await trial.store.list()).manifests.at(-1)?.id).to.equal(future);
        expect(await trial.inBackups("sh /run/authentik-stack/backup.sh health")).to.equal("");
        expect(await trial.refusal(future)).to.equal("");
    });

    it(says("volume"), async () => {
        const id = await trial.saved();
        const volume = `${prefix}pg_data`;
        await trial.suffer("volume", {
            writes: false,
            cause: async () => {
                await docker("rm", "--force", (await trial.container("postgres-server")).id);
                await docker("volume", "rm", volume);
            },
            cure: async () => {
                const { record } = await stack.failingUp({ refresh: true });
                expect(record.errors).to.contain(
                    `volumes.postgres.name = "${volume}" no longer exists on the Docker host`,
                );
                expect(record.errors).to.contain("restore a backup with `npm run restore -- <id>`");
                await trial.restore(id);
            },
        });
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });
});
