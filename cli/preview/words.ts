import { isDeepStrictEqual } from "node:util";
import { generationLabel } from "../../engine/labels";

/** A resource's inputs, as far as they are read here. */
interface Inputs {
    name?: string;
    labels?: { label: string; value: string }[];
    ports?: { external?: number }[];
    [key: string]: unknown;
}

/** The resources of a preview with their inputs, by name and type: what `--describe` writes. */
export type Described = Record<string, Inputs>;

type Change = { name: string; before?: Inputs; after?: Inputs };

/**
 * What a change of the program or its configuration will do to a stack, in words: one line of Markdown for each thing.
 *
 * @returns one line that says so where nothing will happen.
 */
export function inWords(before: Described, after: Described): string[] {
    const changes = (type: string) => changesOf(type, before, after);
    const lines = [
        ...changes("docker:index/container:Container").map(containerLine),
        ...changes("random:index/randomPassword:RandomPassword").map(secretLine),
        ...changes("docker:index/volume:Volume").map(volumeLine),
        ...changes("docker:index/network:Network").map(networkLine),
        ...changes("pulumi:index:Stash").flatMap(({ name, after: step }) =>
            step !== undefined && name.endsWith("-blueprints-applied") ? ["**Blueprints** are applied again."] : [],
        ),
    ];
    return lines.length > 0 ? lines : ["Nothing changes in the stack."];
}

function changesOf(type: string, before: Described, after: Described): Change[] {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) =>
        key.endsWith(`(${type})`),
    );
    return keys
        .filter((key) => !isDeepStrictEqual(before[key], after[key]))
        .sort()
        .map((key) => ({ name: key.slice(0, -` (${type})`.length), before: before[key], after: after[key] }));
}

function containerLine({ name, before, after }: Change): string {
    if (after === undefined) return `**${name}** is removed.`;
    if (before === undefined) return `**${name}** is new.`;
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changed = keys.filter((key) => !isDeepStrictEqual(before[key], after[key])).join(", ");
    return `**${name}** is replaced (${changed}). ${absence(name, before, after)}`;
}

/** Whether a container is away while it is replaced, and why: the same rules as engine/start.ts has. */
function absence(name: string, before: Inputs, after: Inputs): string {
    const until = "until the new one is healthy";
    if (generationOf(before) !== generationOf(after))
        return `The old one stops first, since two series of authentik must not share a database: nobody can sign in ${until}, which includes the migrations. A way back needs a backup.`;
    if (/(postgres|redis)-server$/.test(name))
        return `The old one stops first, since both write the same data: nobody can sign in ${until}.`;
    const ports = (inputs: Inputs) => (inputs.ports ?? []).flatMap(({ external }) => external ?? []);
    const shared = ports(before).filter((port) => ports(after).includes(port));
    if (shared.length > 0)
        return `The old one stops first, since both publish port ${shared.join(" and ")}: it does not answer ${until}.`;
    return "The old one serves until the new one is healthy.";
}

function generationOf({ labels = [] }: Inputs): string | undefined {
    return labels.find(({ label }) => label === generationLabel)?.value;
}

function secretLine({ name, before, after }: Change): string {
    if (before === undefined) return `The secret **${name}** is generated.`;
    if (after === undefined) return `The secret **${name}** is no longer used, and is forgotten.`;
    return `The secret **${name}** gets a new value. What uses it is replaced.`;
}

function volumeLine({ name, before, after }: Change): string {
    if (before === undefined) return `The volume **${after?.name ?? name}** is created, or used if it exists.`;
    if (after === undefined) return `The volume **${before.name ?? name}** is no longer used. Its data is kept.`;
    if (before.name === after.name) return `The volume **${name}** changes its settings. Its data is kept.`;
    return `The volume **${after.name ?? name}** takes the place of **${before.name ?? name}**, whose data is kept but not moved.`;
}

function networkLine({ name, before, after }: Change): string {
    if (before === undefined) return `The network **${after?.name ?? name}** is created.`;
    if (after === undefined)
        return `The network **${before.name ?? name}** is removed, unless other containers are on it.`;
    return `The network **${before.name ?? name}** is replaced, and with it every container on it.`;
}
