import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Report } from "./events";
import { cureOf } from "./explain";
import { Interrupted, type Progress, reasonOf, ToolError } from "../progress";

/** Seconds without a line after which a running operation says what it waits for: each time twice as many. */
const silence = { first: 15, longest: 60 };

/** An operation of the engine failed; the message has every problem in full, each once. */
export class OperationFailed extends ToolError {
    constructor(
        message: string,
        /** URNs of the resources that the problems are about. */
        readonly urns: string[],
    ) {
        super(message);
    }
}

/** What every operation of the engine takes. */
export interface OperationOptions {
    onEvent: (event: EngineEvent) => void;
    onOutput: (text: string) => void;
    onError: (text: string) => void;
    signal: AbortSignal;
}

/**
 * Runs an operation of the engine: tells each change as it happens, and what is waited for when nothing happens.
 *
 * @throws OperationFailed; Interrupted when it was told to stop.
 */
export async function operate(
    progress: Progress,
    operation: (options: OperationOptions) => Promise<unknown>,
): Promise<Report> {
    const pause = { since: Date.now(), seconds: silence.first };
    const report = new Report((line) => {
        Object.assign(pause, { since: Date.now(), seconds: silence.first });
        progress(line);
    });
    const timer = setInterval(() => {
        const waiting = report.waiting();
        if (Date.now() - pause.since < pause.seconds * 1000 || waiting === "") return;
        Object.assign(pause, { since: Date.now(), seconds: Math.min(2 * pause.seconds, silence.longest) });
        progress(`... ${waiting}`);
    }, 1000);
    const errors: string[] = [];
    const interruption = watchInterrupts(progress, report);
    try {
        await operation({
            onEvent: report.onEvent,
            onOutput: (text) => interruption.read(text),
            onError: (text) => errors.push(text),
            signal: interruption.signal,
        });
        return report;
    } catch (error) {
        if (interruption.happened()) throw new Interrupted();
        throw failure(report, errors.join(""), error);
    } finally {
        clearInterval(timer);
        interruption.end();
    }
}

/**
 * Passes one interrupt on to the engine, which then finishes what is under way; a second one would abandon that. From a
 * terminal the engine gets the first itself, so it is passed on only when the engine does not show that it has it.
 */
function watchInterrupts(progress: Progress, report: Report) {
    const controller = new AbortController();
    let happened = false;
    let seen = false;
    let timer: NodeJS.Timeout | undefined;
    const onSignal = () => {
        if (happened) return;
        happened = true;
        progress("stopping: what is under way is finished first");
        timer = setTimeout(() => {
            if (!seen && !report.cancelled) controller.abort();
        }, 1500);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, onSignal);
    return {
        signal: controller.signal,
        happened: () => happened,
        read: (text: string) => {
            if (text.includes("^C received")) seen = true;
        },
        end: () => {
            clearTimeout(timer);
            for (const signal of signals) process.off(signal, onSignal);
        },
    };
}

function failure({ problems }: Report, errors: string, error: unknown): OperationFailed {
    const told = problems.map(({ resource, message }) =>
        resource === undefined ? message : `${resource}: ${message}`,
    );
    const urns = problems.flatMap(({ urn }) => urn ?? []);
    if (told.length > 0) return new OperationFailed(told.join("\n\n"), urns);
    const reason = errors.trim() === "" ? reasonOf(error) : errors.trim();
    return new OperationFailed(cureOf(reason) ?? reason, urns);
}
