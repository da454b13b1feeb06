import { expect } from "chai";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../../../cli/workplace";
import type { StackUnderTest } from "../support/stack-under-test";

/** A command that works on a stack in a process of its own: `start`, `restore` and `upgrade` of support/apart.ts. */
export class Apart {
    /** When it told what, in milliseconds since its begin; what it only waits for is not in it. */
    public readonly told: { line: string; at: number }[] = [];
    /** Once it ended: the signal that ended it, and after how many milliseconds. */
    public readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; at: number }>;
    private readonly child: ChildProcessWithoutNullStreams;
    private readonly since = Date.now();
    private errors = "";

    public constructor({ opened: { stack, workplace } }: StackUnderTest, work: string, what = "") {
        const script = join(__dirname, "../support/apart.ts");
        const args = [stack.name, stack.workspace.workDir, JSON.stringify(workplace.backend), work, what];
        const tsx = join(projectRoot, "node_modules/.bin/tsx");
        this.child = spawn(tsx, [script, ...args], { cwd: projectRoot, detached: true });
        this.child.stderr.on("data", (text: Buffer) => (this.errors += text.toString()));
        createInterface(this.child.stdout).on("line", (line) => {
            if (!line.startsWith("...")) this.told.push({ line, at: Date.now() - this.since });
        });
        this.ended = new Promise((resolve) => {
            this.child.once("close", (code, signal) => resolve({ code, signal, at: Date.now() - this.since }));
        });
    }

    /** To its end. */
    public async whole(): Promise<Course> {
        const { code, at } = await this.ended;
        expect(code, this.errors).to.equal(0);
        return new Course(this.told, at);
    }

    /** Kills it, and with it Pulumi's engine, the program and the providers. */
    public kill(): void {
        process.kill(-(this.child.pid ?? Number.NaN), "SIGKILL");
    }

    /** Kills it at a moment of its course. */
    public async killedAt({ lines, then }: Moment): Promise<void> {
        let over = false;
        void this.ended.then(() => (over = true));
        while (this.told.length < lines && !over) await sleep(20);
        await sleep(then);
        if (!over) this.kill();
        const { signal, at } = await this.ended;
        const last = this.told.at(-1)?.line ?? "its begin";
        console.log(`        killed ${(at / 1000).toFixed(1)} s after its begin, after: ${last}`);
        expect(signal, `it ended before the moment came\n${this.errors}`).to.equal("SIGKILL");
    }
}

/** A moment of a command: after so many lines that it told, and so many milliseconds. */
export interface Moment {
    lines: number;
    then: number;
}

/** How a command went that nobody killed. */
export class Course {
    public constructor(
        private readonly told: { at: number }[],
        private readonly milliseconds: number,
    ) {}

    /** The one of so many moments that are spread evenly over it, from 1 on: where it is slower, what it told counts. */
    public moment(index: number, of: number): Moment {
        const at = (this.milliseconds * index) / (of + 1);
        const before = this.told.filter((line) => line.at <= at);
        return { lines: before.length, then: at - (before.at(-1)?.at ?? 0) };
    }
}
