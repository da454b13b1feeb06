import { expect } from "chai";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../../../cli/workplace";
import type { StackUnderTest } from "../support/stack-under-test";

/** A line that a command told, and how many milliseconds after its begin. */
interface Told {
    line: string;
    at: number;
}

/** How a command ended. */
interface Ended {
    code: number | null;
    signal: NodeJS.Signals | null;
    at: number;
}

/** A command that works on a stack in a process of its own: `start`, `restore` and `upgrade` of support/apart.ts. */
export class Apart {
    /** What it told so far; what it only waits for is not in it. */
    public readonly told: Told[] = [];
    public readonly ended: Promise<Ended>;
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
            if (line.startsWith("...")) return;
            // Without the seconds that it took.
            this.told.push({ line: line.replace(/ \([\d.]+ \w+\)$/, ""), at: Date.now() - this.since });
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

    /** Kills it as soon as it is so far; says whether it did not end before. */
    public async isKilledWhen(isSoFar: (told: Told[], milliseconds: number) => boolean): Promise<boolean> {
        let over = false;
        void this.ended.then(() => (over = true));
        while (!over && !isSoFar(this.told, Date.now() - this.since)) await sleep(20);
        if (!over) this.kill();
        const { code, signal, at } = await this.ended;
        expect(code, this.errors).to.be.oneOf([0, null]);
        await this.gone();
        const how = signal === "SIGKILL" ? "killed" : "ended";
        console.log(
            `        ${how} ${(at / 1000).toFixed(1)} s after its begin: ${this.told.at(-1)?.line ?? "nothing told"}`,
        );
        return signal === "SIGKILL";
    }

    /** Until none of its processes is there: a busy disk keeps one that was killed for a while. */
    private async gone(): Promise<void> {
        const isThere = () => {
            try {
                return process.kill(-(this.child.pid ?? Number.NaN), 0);
            } catch {
                return false;
            }
        };
        for (let tries = 0; isThere() && tries < 500; tries++) await sleep(20);
    }
}

/** How a command went that nobody killed. */
export class Course {
    private readonly lines: Map<string, number>;
    /** The latest of its lines that one told that was killed. */
    private reached = -1;

    public constructor(
        private readonly told: Told[],
        private readonly milliseconds: number,
    ) {
        this.lines = new Map(told.map(({ line }, index) => [line, index]));
    }

    /**
     * Whether the same command is as far as this one was at one of so many points, spread evenly over its time: what this one had told
     * last by then was told as long ago, or something was told that only came later. What a killed one told is not told again by one
     * that goes on with it; that one is as far when it tells what this one told, or as much time has passed as between two points.
     */
    public isSoFar(point: number, points: number): (told: Told[], milliseconds: number) => boolean {
        const step = this.milliseconds / (points + 1);
        const due = this.told.filter((one) => one.at <= point * step).length - 1;
        const { at } = this.told[due] ?? { at: 0 };
        const [first = { at: 0 }] = this.told;
        const before = this.reached;
        return (told, milliseconds) => {
            const indexes = told.map(({ line }) => this.lines.get(line) ?? -1);
            const latest = Math.max(-1, ...indexes);
            this.reached = Math.max(this.reached, latest);
            if (latest > due) return true;
            if (due < 0) return milliseconds >= point * step;
            const since = told[indexes.indexOf(due)]?.at;
            if (since !== undefined) return milliseconds - since >= point * step - at;
            return before >= due && (latest >= 0 || milliseconds >= first.at + step);
        };
    }
}
