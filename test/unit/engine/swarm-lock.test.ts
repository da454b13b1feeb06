import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { heldElsewhere, lockedArgs } from "../../../engine/swarm-lock";
import { runUnderMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const own = { entrypoint: ["docker-entrypoint.sh"], command: ["postgres"] };

/** What a container is started with that alone has its data. */
async function startOf(args: { entrypoints?: string[]; command?: string[] }, folder = "/data"): Promise<string[]> {
    let start: string[] = [];
    await runUnderMocks(async () => {
        const locked = lockedArgs({ image: "postgres", ...args }, folder, () => pulumi.output(own));
        const known = await valueOf(pulumi.all([locked.entrypoints ?? [], locked.command ?? []]));
        start = known.flat().map(String);
        return {};
    });
    return start;
}

/** The end of a start, after the script and the folder. */
const last = async (args: Parameters<typeof startOf>[0]) => (await startOf(args)).slice(5);

describe("a container that alone may have its data on a Swarm", () => {
    it("starts as its image says, or as it is told to", async () => {
        expect(await last({})).to.deep.equal(["docker-entrypoint.sh", "postgres"]);
        expect(await last({ command: ["postgres", "-c", "a=1"] })).to.deep.equal([
            ...["docker-entrypoint.sh", "postgres", "-c", "a=1"],
        ]);
        expect(await last({ entrypoints: ["own"] })).to.deep.equal(["own"]);
    });

    describe("once it starts", () => {
        let folder: string;
        const started: ReturnType<typeof spawn>[] = [];
        before(function () {
            if (process.platform !== "linux") this.skip();
            folder = mkdtempSync(join(tmpdir(), "lock-"));
        });
        after(() => {
            for (const one of started) one.kill("SIGKILL");
            rmSync(folder, { recursive: true, force: true });
        });

        const begin = async (...command: string[]) => {
            const [program = "", ...args] = await startOf({ entrypoints: command }, folder);
            const process = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
            started.push(process);
            const [out, told] = [text(process.stdout), text(process.stderr)];
            return { process, end: once(process, "exit"), out, told };
        };

        it("waits for one that has it, says so, and goes on when that has ended, also by force", async () => {
            const first = await begin("sh", "-c", "echo first; exec sleep 600");
            await once(first.process.stdout as NodeJS.EventEmitter, "data");
            const second = await begin("echo", "second");
            const early = await Promise.race([second.end, once(second.process.stderr as NodeJS.EventEmitter, "data")]);
            expect(String(early[0])).to.match(heldElsewhere).and.to.contain(folder);
            first.process.kill("SIGKILL");
            expect((await second.end)[0]).to.equal(0);
            expect(await second.out).to.equal("second\n");
        });

        it("stops at once while it waits", async () => {
            const first = await begin("sh", "-c", "echo first; exec sleep 600");
            await once(first.process.stdout as NodeJS.EventEmitter, "data");
            const second = await begin("echo", "second");
            await once(second.process.stderr as NodeJS.EventEmitter, "data");
            second.process.kill("SIGTERM");
            expect((await second.end)[0]).to.equal(143);
            first.process.kill("SIGKILL");
        });
    });
});
