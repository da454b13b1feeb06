import { expect } from "chai";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringBack, fitting, replaceData } from "../../../cli/backup/restore";
import { BackupStore } from "../../../cli/backup/store";
import { run } from "../../../cli/run";
import { bringUp, settle } from "../../../cli/stack/up";
import { projectRoot } from "../../../cli/workplace";
import type { Machine } from "../support/machine";
import type { StackUnderTest } from "../support/stack-under-test";
import { replicated, SwarmStack, tell, timed } from "../support/swarm-stack";

const guide = readFileSync(join(projectRoot, "docs/swarm.md"), "utf8");
const quiet = () => undefined;

/** The way of docs/swarm.md from a Swarm to one host and back, with the commands that are written there. */
export function moving(at: () => SwarmStack): void {
    it("moves to one host and back with its rows, files and secrets", async () => {
        const { bed, stack } = at();
        const [node, host] = [bed.node("data"), bed.node("spare")];
        const there = await stack.on(host.docker);
        const storage = bed.shared([]);
        const uploaded = join(storage, `${SwarmStack.prefix}ak_media`, "uploaded.txt");
        writeFileSync(uploaded, "of the Swarm");
        await at().sql("CREATE TABLE it_moved AS SELECT 1 AS n");
        const { volumes, apiToken } = await stack.outputs();
        const names = Object.values(volumes?.value as Record<string, string>);
        const shared = names.filter((name) => existsSync(join(storage, name)));
        const own = names.filter((name) => !shared.includes(name));
        const sessions = readdirSync(storage).filter((name) => name.endsWith("-sessions"));

        const { seconds: stop } = await timed(() => leave(stack));
        await remove(host, [...names, ...sessions]);
        // Without protection, so that it shows whether anything would be deleted.
        at().configure({ ...replicated(1), runtime: "docker-host", swarm: undefined, protectData: false });
        expect((await there.failingUp()).record.errors).to.contain(
            "is not on this Docker host; copy it from the Swarm's node",
        );
        const { seconds: away } = await timed(async () => {
            await copy(stack, node, host, own);
            await copy(stack, node, host, shared, { from: storage });
            await start(there);
        });
        const again = await copy(stack, node, host, own.slice(0, 1)).then(() => "copied into data", String);
        expect(again).to.not.equal("copied into data");
        tell(`on one host after ${stop} and ${away} s without service`);
        await at().visitFrom("spare");
        await at().expectServing();
        expect(await at().sql("SELECT count(*) FROM it_moved", "spare")).to.equal("1");
        const read = ["run", "--rm", `--volume=${SwarmStack.prefix}ak_media:/from`, "--user=0", "--entrypoint=cat"];
        const { postgres } = stack.bench.images;
        expect(await docker(host, ...read, postgres, "/from/uploaded.txt")).to.equal("of the Swarm");
        expect((await there.outputs()).apiToken?.value).to.equal(apiToken?.value);
        await at().sql("INSERT INTO it_moved VALUES (2)", "spare");
        await there.up();

        await remove(node, own);
        for (const name of shared) empty(join(storage, name));
        const { seconds: stopThere } = await timed(() => leave(there));
        at().configure(replicated(1));
        expect((await stack.failingUp()).record.errors).to.contain(
            "is new for this stack, whose volumes are on one host",
        );
        const { seconds: back } = await timed(async () => {
            await copy(stack, host, node, own);
            await copy(stack, host, node, shared, { to: storage });
            // It is a node, too, which would go on with these.
            await remove(host, [...shared, ...sessions]);
            await start(stack);
        });
        tell(`on the Swarm again after ${stopThere} and ${back} s without service`);
        await at().visitFrom("manager");
        await at().expectServing();
        expect(await at().sql("SELECT count(*) FROM it_moved")).to.equal("2");
        expect(readFileSync(uploaded, "utf8")).to.equal("of the Swarm");
        expect((await stack.outputs()).apiToken?.value).to.equal(apiToken?.value);
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
        // It has had the data of the host all the time.
        await remove(host, own);
    });

    it("becomes one host on the node with the data without a copy, and a Swarm again from a backup", async () => {
        const { bed, stack } = at();
        const there = await stack.on(bed.node("data").docker);
        const { volumes, apiToken } = await stack.outputs();
        const { backups, ...others } = volumes?.value as Record<string, string>;
        await leave(stack);
        at().configure({ ...replicated(1), runtime: "docker-host", swarm: undefined });
        await start(there);
        await at().visitFrom("data");
        await at().expectServing();
        await at().sql("INSERT INTO it_moved VALUES (3)");
        const said = await new BackupStore(there.opened).attempt("save");
        const id = /^saved (\S+)$/m.exec(said)?.[1] ?? expect.fail(said);

        const { seconds } = await timed(async () => {
            await leave(there);
            await remove(bed.node("data"), Object.values(others));
            for (const name of readdirSync(bed.shared([]))) empty(join(bed.shared([]), name));
            at().configure(replicated(1));
            await start(stack);
            const restore = { from: stack.opened, into: stack.opened, id };
            await fitting(quiet, restore);
            await replaceData(quiet, restore);
            await bringBack(quiet, restore);
        });
        tell(`on the Swarm again from the backup in ${backups ?? ""} after ${seconds} s without service`);
        await at().visitFrom("manager");
        await at().expectServing();
        expect(await at().sql("SELECT count(*) FROM it_moved")).to.equal("3");
        expect(readFileSync(join(bed.shared([]), others.media ?? "", "uploaded.txt"), "utf8")).to.equal("of the Swarm");
        expect((await stack.outputs()).apiToken?.value).to.equal(apiToken?.value);
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    async function leave(stopped: StackUnderTest): Promise<void> {
        await at().leave();
        await stopped.down();
    }
}

/** What `npm start` does. */
async function start({ opened }: StackUnderTest): Promise<void> {
    await bringUp(quiet, opened, await settle(quiet, opened));
}

/**
 * Copies volumes, with the commands of the guide.
 *
 * @param folders that have folders of their names, in the place of volumes. Default: none.
 */
async function copy(
    { bench }: StackUnderTest,
    from: Machine,
    to: Machine,
    volumes: string[],
    folders: { from?: string; to?: string } = {},
): Promise<void> {
    const [block = ""] = guide.split("```").filter((one) => one.includes("tar -C"));
    const said = {
        "sh\n": "",
        "ssh://admin@old.example.com": from.docker.host,
        "ssh://admin@node.example.com": to.docker.host,
        "pg_data redis_data ak_media ak_templates ak_certs ak_backups": volumes.join(" "),
        "-v $volume:/from": `-v ${folders.from === undefined ? "" : `${folders.from}/`}$volume:/from`,
        "-v $volume:/to": `-v ${folders.to === undefined ? "" : `${folders.to}/`}$volume:/to`,
        " alpine tar": ` --user 0 --entrypoint tar ${bench.images.postgres}`,
        " alpine sh": ` --user 0 --entrypoint sh ${bench.images.postgres}`,
    };
    const script = Object.entries(said).reduce((text, [before, after]) => {
        expect(text, "the commands of the guide").to.contain(before);
        return text.replace(before, after);
    }, block);
    await run("bash", ["-c", script]);
}

/** Removes volumes, and the stopped containers of a Swarm that still have them. */
async function remove(machine: Machine, names: string[]): Promise<void> {
    const [, prune = ""] = /^docker (container prune \S+ \S+)/m.exec(guide) ?? [];
    await docker(machine, ...prune.split(" "), "--force");
    await docker(machine, "volume", "rm", "--force", ...names);
}

function empty(folder: string): void {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

async function docker(machine: Machine, ...args: string[]): Promise<string> {
    return await run("docker", args, { env: { DOCKER_HOST: machine.docker.host } });
}
