import type { Stack } from "@pulumi/pulumi/automation";

/** A resource as the state has it, as far as the tools read it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    custom?: boolean;
    outputs?: Record<string, unknown>;
}

/** A stack's state, as far as the tools read it. */
export interface State {
    resources: StateResource[];
    /** What was under way when the last run was killed. */
    pending: { type: string; resource: { urn: string } }[];
}

/** Reads a stack's state; secrets in it stay encrypted. */
export async function readState(stack: Stack): Promise<State> {
    const { deployment } = (await stack.exportStack()) as {
        deployment?: { resources?: StateResource[]; pending_operations?: State["pending"] };
    };
    return { resources: deployment?.resources ?? [], pending: deployment?.pending_operations ?? [] };
}
