import type { EngineEvent } from "@pulumi/pulumi/automation";
import { nameOf } from "../../../cli/stack/events";

/** What an operation of the engine did, read from its events. */
export class Operation {
    public readonly events: EngineEvent[] = [];
    /** Everything that was printed. */
    public output = "";

    /** For the engine: takes each event. */
    public readonly onEvent = (event: EngineEvent): void => void this.events.push(event);
    /** For the engine: takes each text. */
    public readonly onOutput = (text: string): void => void (this.output += text);

    /** What was changed, or would be, as `<operation> <resource>`; steps within a replacement count once. */
    public get changes(): string[] {
        return this.events
            .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
            .filter(({ op }) => !["same", "refresh", "read", "create-replacement", "delete-replaced"].includes(op))
            .map(({ op, urn }) => `${op} ${nameOf(urn)}`)
            .sort();
    }

    /** Every event that a program gets to show. Debug messages hold what the SDK sends, and show only with `--debug`. */
    public get shown(): string {
        const isDebug = ({ diagnosticEvent }: EngineEvent) =>
            (diagnosticEvent?.severity as string | undefined) === "debug";
        return JSON.stringify(this.events.filter((event) => !isDebug(event)));
    }

    /** How many resources were treated in each way. */
    public get summary(): Partial<Record<string, number>> {
        return this.events.flatMap(({ summaryEvent }) => summaryEvent?.resourceChanges ?? []).at(-1) ?? {};
    }

    /** What went wrong, as the engine reports it; what it printed where it had no time to report. */
    public get errors(): string {
        const reported = this.events.flatMap(({ diagnosticEvent }) =>
            diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : [],
        );
        return reported.length === 0 ? this.output : reported.join("\n").replaceAll(/<\{%[^%]*%\}>/g, "");
    }

    /** When the first thing went wrong, in seconds since the epoch. */
    public get firstError(): number {
        return (
            this.events.find(({ diagnosticEvent }) => diagnosticEvent?.severity === "error")?.timestamp ?? Number.NaN
        );
    }

    /** Seconds from the begin of the first step on a resource of that name to the first error. */
    public secondsToFailure(name: RegExp): number {
        const begun = this.events.find(
            ({ resourcePreEvent: event }) =>
                event?.metadata.op !== "same" && name.test(nameOf(event?.metadata.urn ?? "")),
        );
        return this.firstError - (begun?.timestamp ?? Number.NaN);
    }
}
