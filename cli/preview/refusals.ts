import type { EngineEvent } from "@pulumi/pulumi/automation";

/** What policies refuse in a preview, each thing once: the engine repeats it for every container. */
export class Refusals {
    private readonly messages = new Map<string, Set<string>>();

    /** Takes one of the engine's events. */
    public readonly onEvent = ({ policyEvent }: EngineEvent): void => {
        if (policyEvent?.enforcementLevel !== "mandatory") return;
        const { policyName, message } = policyEvent;
        // Without the engine's colours, the policy's own description, and which container of a job it is.
        const [last = ""] = message
            .replaceAll(/<\{%.*?%\}>/g, "")
            .trim()
            .split("\n")
            .slice(-1);
        const known = this.messages.get(policyName) ?? new Set();
        this.messages.set(policyName, known.add(last.trim().replace(/^Container \d+ of \d+: /, "")));
    };

    /** One line for each policy and what it says; empty if none refuses anything. */
    public toString(): string {
        return [...this.messages]
            .flatMap(([policy, said]) => [
                `Refused by the policy ${policy} (docs/policies.md):`,
                ...[...said].map((one) => `  ${one}`),
            ])
            .join("\n");
    }
}
