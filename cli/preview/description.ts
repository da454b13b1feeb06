import type { EngineEvent } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { nameOf } from "../stack/events";

/** Collects the resources of a preview, to compare them with those of another preview. */
export class Description {
    private readonly resources = new Map<string, unknown>();

    /** Takes one of the engine's events. */
    public readonly onEvent = ({ resourcePreEvent }: EngineEvent): void => {
        const { urn, type = "", op, new: made } = resourcePreEvent?.metadata ?? {};
        if (urn === undefined || type === "pulumi:pulumi:Stack" || op === "read") return;
        const name = nameOf(urn);
        this.resources.set(`${name} (${type})`, comparable(made?.inputs ?? {}, name));
    };

    /** The resources by name and type with their inputs: the same text for the same program and configuration. */
    public toString(): string {
        const sorted = [...this.resources].sort(([a], [b]) => (a < b ? -1 : 1));
        return stringify(Object.fromEntries(sorted), {
            lineWidth: 0,
            sortMapEntries: true,
            aliasDuplicateObjects: false,
        });
    }
}

/** What Pulumi's engine shows in place of a value that is not known before the update. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs that have the same text each time: without values that are random or not known yet. */
function comparable(value: unknown, resource: string): unknown {
    if (Array.isArray(value)) return value.map((item) => comparable(item, resource));
    if (typeof value === "string") {
        const autoNamed = value.startsWith(`${resource}-`) && /^-[0-9a-f]{7}$/.test(value.slice(resource.length));
        return value === unknownValue ? "(not known yet)" : autoNamed ? `${resource}-(random)` : value;
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
        Object.entries(value)
            .filter(([key]) => key !== "__defaults")
            .map(([key, item]) => [key, comparable(item, resource)]),
    );
}
