import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { seconds } from "../progress";

/** The parts of a step's metadata that a report reads. */
interface StepMetadata {
    op: OpType;
    urn: string;
    type: string;
    old?: { custom?: boolean; retainOnDelete?: boolean };
    new?: { custom?: boolean };
}

/** An error that the engine or the program reported. */
export interface ReportedProblem {
    /** Name of the resource; undefined if the whole program is concerned. */
    resource?: string;
    urn?: string;
    message: string;
}

const done: Partial<Record<OpType, string>> = {
    create: "created",
    "create-replacement": "created the new",
    update: "updated",
    delete: "deleted",
    "delete-replaced": "deleted the old",
    import: "imported",
};

/** Reads the engine's events: writes one line for each change as it happens, and collects what went wrong. */
export class Report {
    /** Each once, in order of arrival. */
    public readonly problems: ReportedProblem[] = [];
    public readonly warnings: string[] = [];
    /** How many resources were changed in each way; undefined until the end. */
    public changes?: Partial<Record<OpType, number>>;
    /** The engine was told to stop. */
    public cancelled = false;

    private readonly running = new Map<string, { title: string; since: number }>();

    constructor(private readonly write: (line: string) => void) {}

    /** Takes one event. */
    public readonly onEvent = (event: EngineEvent): void => {
        const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent, cancelEvent } =
            event;
        if (resourcePreEvent !== undefined) this.begin(resourcePreEvent.metadata);
        if (resOutputsEvent !== undefined) this.end(resOutputsEvent.metadata);
        if (resOpFailedEvent !== undefined) this.fail(resOpFailedEvent.metadata);
        if (diagnosticEvent !== undefined) this.diagnose(diagnosticEvent);
        if (summaryEvent !== undefined) this.changes = summaryEvent.resourceChanges;
        if (cancelEvent !== undefined) this.cancelled = true;
    };

    /** What has been under way for a while, longest first. */
    public waiting(now = Date.now()): string {
        return [...this.running.values()]
            .filter(({ since }) => now - since > 5000)
            .map(({ title, since }) => `${title} (${seconds(now - since)})`)
            .join(", ");
    }

    private begin(step: StepMetadata): void {
        if (verbOf(step) !== undefined) this.running.set(keyOf(step), { title: titleOf(step), since: Date.now() });
    }

    private end(step: StepMetadata): void {
        const since = this.running.get(keyOf(step))?.since;
        this.running.delete(keyOf(step));
        const verb = verbOf(step);
        if (verb === undefined) return;
        const took = since === undefined ? "" : ` (${seconds(Date.now() - since)})`;
        this.write(`${verb} ${titleOf(step)}${took}`);
    }

    private fail(step: StepMetadata): void {
        this.running.delete(keyOf(step));
        if (verbOf(step) !== undefined) this.write(`FAILED: ${titleOf(step)}`);
    }

    private diagnose(event: { urn?: string; message: string; severity: string; ephemeral?: boolean }): void {
        const message = readable(event.message);
        if (message === "" || event.ephemeral === true) return;
        if (event.severity === "info") this.write(message);
        if (event.severity === "warning") this.warnings.push(message);
        if (event.severity !== "error" || /^(update|refresh|destroy|preview) failed$/.test(message)) return;
        if (this.problems.some((problem) => problem.message.includes(message))) return;
        const isOfStack = event.urn === undefined || event.urn.includes("::pulumi:pulumi:Stack::");
        this.problems.push({ message, ...(isOfStack ? {} : { urn: event.urn, resource: nameOf(event.urn ?? "") }) });
    }
}

/** The past tense of an operation; undefined for components and providers, which people do not need to see. */
function verbOf(step: StepMetadata): string | undefined {
    const isComponent = (step.new ?? step.old)?.custom !== true;
    if (isComponent || step.type.startsWith("pulumi:providers:")) return undefined;
    if (step.op.startsWith("delete") && step.old?.retainOnDelete === true) return "kept";
    return done[step.op];
}

/** `container authentik-server`. */
export function titleOf({ type, urn }: Pick<StepMetadata, "type" | "urn">): string {
    return `${kindOf(type)} ${nameOf(urn)}`;
}

/** E.g. `container` for `docker:index/container:Container`; the record of a step that was done is a `step`. */
export function kindOf(type: string): string {
    const name = type.split(":").at(-1) ?? type;
    if (name === "Stash") return "step";
    return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

/** The resource's name, the last part of its URN. */
export function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? urn;
}

function keyOf({ urn, op }: StepMetadata): string {
    return `${op} ${urn}`;
}

/** A diagnostic for people: without the engine's color codes and without stack frames. */
export function readable(message: string): string {
    return (
        message
            .replaceAll(/<\{%[^%]*%\}>/g, "")
            .split("\n")
            .filter((line) => !/^\s+at .*[(/].*:\d+:\d+\)?$/.test(line))
            .join("\n")
            // What a hook throws is the program's own message; the hook's generated name adds nothing.
            .replace(/^(?:before|after) hook "[^"]*" failed: (?:Error: )?/i, "")
            .trim()
    );
}
