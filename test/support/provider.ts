import * as pulumi from "@pulumi/pulumi";

/** What the mocked providers know. */
export interface World {
    preview: boolean;
    /** Outputs of other stacks by name. */
    stacks: Record<string, Record<string, unknown>>;
}

interface Request {
    type: string;
    name: string;
    /** With secret marks, which the state keeps, as the engine does. */
    inputs: Record<string, unknown>;
    id: string | undefined;
}

/** What stands in every generated secret, and nowhere else. */
export const sentinel = "Sentinel9";

/** The secret that the mocked provider generates for a resource of that name. */
export function generated(name: string): string {
    return `${sentinel}${Buffer.from(name).toString("hex")}`;
}

/** The id that the mocked provider gives to a resource. */
export function idOf(name: string): string {
    return `${name}-id`;
}

/** What the provider answers: ids and generated values are unknown in a preview. */
export function mockedState(world: World, request: Request): pulumi.runtime.MockResourceResult {
    const { type, name, inputs } = request;
    if (type === "pulumi:pulumi:StackReference") return stackReference(world, String(inputs.name));
    if (world.preview) return { id: undefined, state: inputs };
    const id = idOf(name);
    if (type === "random:index/randomPassword:RandomPassword")
        return { id, state: { ...inputs, result: pulumi.secret(generated(name)) } };
    if (type === "pulumi:index:Stash") return { id, state: { ...inputs, output: inputs.input } };
    return { id, state: inputs };
}

/** As the engine answers: outputs in one object, and the names of those that hold a secret. */
function stackReference(world: World, name: string): pulumi.runtime.MockResourceResult {
    const outputs = world.stacks[name];
    if (outputs === undefined) throw new Error(`there is no stack ${name}`);
    const secretOutputNames = Object.keys(outputs).filter((key) => holdsOutput(outputs[key]));
    return { id: name, state: { name, outputs, secretOutputNames } };
}

/** Secrets are the only outputs in there. */
function holdsOutput(value: unknown): boolean {
    if (pulumi.Output.isInstance(value)) return true;
    return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}
