import * as pulumi from "@pulumi/pulumi";
import { mockedState, type World } from "./provider";

/** A resource as the engine and the provider got it. */
export interface Registered {
    type: string;
    name: string;
    urn: string;
    /** Inputs with every value known and secret marks taken off. */
    inputs: Record<string, unknown>;
    /** Names of the inputs that the engine was told to keep secret, wholly or in part. */
    secretInputs: string[];
    /** Inputs as the program wrote them, outputs and all. */
    props: Record<string, unknown>;
    options: pulumi.CustomResourceOptions & pulumi.ComponentResourceOptions;
    /** What a component registered as its outputs. */
    outputs: unknown;
}

/** The part of the mock monitor that is adjusted and read. */
interface Monitor {
    newUrn: (parent: string, type: string, name: string) => string;
    getRegisteredResources: () => Map<string, { urn: string; state: unknown }>;
}

/** A record of resources in the making. */
export interface Graph {
    mocks: pulumi.runtime.Mocks;
    transformation: pulumi.ResourceTransformation;
    adjust: (monitor: unknown) => void;
    /** How many resources have reached the engine. */
    registered: () => number;
    finish: () => Promise<Registered[]>;
}

const rootType = "pulumi:pulumi:Stack";

/** Mocks, and a transformation, that together record everything about every resource. */
export function recordInto(world: World): Graph {
    const seen = new Map<string, Pick<Registered, "inputs" | "secretInputs">>();
    const made: (Pick<Registered, "type" | "name" | "props" | "options"> & { resource: pulumi.Resource })[] = [];
    let monitor: Monitor | undefined;
    return {
        mocks: {
            call: ({ token }) => {
                throw new Error(`the program calls ${token}, which needs an engine in every preview`);
            },
            newResource: ({ type, name, inputs, id }) => {
                const marked = inputs as Record<string, unknown>;
                const entries = Object.entries(marked);
                seen.set(`${type}::${name}`, {
                    inputs: Object.fromEntries(entries.map(([key, value]) => [key, unmark(value)])),
                    secretInputs: entries.filter(([, value]) => isMarked(value)).map(([key]) => key),
                });
                return mockedState(world, { type, name, inputs: marked, id });
            },
        },
        transformation: ({ resource, type, name, props, opts }) => {
            made.push({ resource, type, name, props, options: opts });
            // The mock monitor knows no hooks; the record keeps them for tests that run them.
            return { props, opts: { ...opts, hooks: undefined } };
        },
        adjust: (raw) => {
            monitor = raw as Monitor;
            monitor.newUrn = engineUrn;
        },
        registered: () => seen.size,
        finish: () =>
            Promise.all(
                made.map(async ({ resource, ...rest }) => {
                    const urn = await urnOf(resource);
                    const registered = seen.get(`${rest.type}::${rest.name}`);
                    if (registered === undefined) throw new Error(`${urn} never reached the engine`);
                    return { ...rest, ...registered, urn, outputs: plain(monitor?.getRegisteredResources().get(urn)) };
                }),
            ),
    };
}

/** The URN as the engine makes it; the mock monitor's own knows the nearest parent alone. */
function engineUrn(parent: string, type: string, name: string): string {
    const parentType = parent === "" ? rootType : (parent.split("::")[2] ?? rootType);
    const qualified = parentType === rootType ? type : `${parentType}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`;
}

function urnOf(resource: pulumi.Resource): Promise<string> {
    return new Promise((resolve) => resource.urn.apply(resolve));
}

function isMarked(value: unknown): boolean {
    return pulumi.runtime.isRpcSecret(value);
}

function unmark(value: unknown): unknown {
    return pulumi.runtime.unwrapRpcSecret(value) as unknown;
}

/** Outputs of a component, as they go over the wire. */
function plain(registered: { state: unknown } | undefined): unknown {
    const state = registered?.state;
    const isStruct = typeof state === "object" && state !== null && "toJavaScript" in state;
    return isStruct ? (state as { toJavaScript: () => unknown }).toJavaScript() : undefined;
}
