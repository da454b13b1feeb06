import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { AuthentikOutputs, Pending } from "../../../components/outputs";
import program from "../../../index";
import { project } from "../../support/configuration";
import { startMocks } from "../../support/mocks";
import { leavesOf } from "../../support/outputs";
import type { Case } from "./configurations";
import { otherStackName } from "./sections";

/** How a run of the whole program ended. */
export interface Outcome {
    /** How many resources reached the engine. */
    registered: number;
    outputs?: Pending<AuthentikOutputs>;
    error?: unknown;
}

/** Runs the whole program with a configuration, to its end or to its error. */
export async function runCase({ configuration, secretKeys }: Case, preview: boolean): Promise<Outcome> {
    process.env.DOCKER_HOST = "tcp://127.0.0.1:1";
    const graph = await startMocks({ configuration, secretKeys, preview, stacks: { [otherStackName]: otherStack() } });
    let outputs: Pending<AuthentikOutputs> | undefined;
    try {
        await pulumi.runtime.runInPulumiStack(async () => {
            pulumi.runtime.registerStackTransformation(graph.transformation);
            outputs = await program();
            return outputs;
        });
        await pulumi.runtime.disconnect();
        await graph.finish();
        return { registered: graph.registered(), outputs };
    } catch (error) {
        return { registered: graph.registered(), error };
    }
}

function otherStack(): Record<string, unknown> {
    const password = pulumi.secret("not-ours");
    return {
        databases: { staging: { host: "postgres", port: 5432, database: "staging", user: "staging", password } },
        redis: { staging: { host: "redis", port: 6379, index: 5, user: "staging", password } },
    };
}

/** The one clear error that a bad configuration may end with. */
export function expectClear(error: unknown, namespace = project): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (!pulumi.RunError.isInstance(error)) expect.fail(`no RunError: ${text}`);
    const [head = "", ...lines] = error.message.split("\n");
    expect(head).to.match(/^(1 problem|\d+ problems) in the configuration; nothing was changed:$/);
    expect(lines, error.message).to.have.length(Number.parseInt(head));
    for (const line of lines) {
        expect(line.startsWith(`  ${namespace}:`), line).to.equal(true);
        // Key, value if there is one, and words that say what to write.
        expect(line.slice(namespace.length + 3), line).to.match(/\S.* \S+ .*\S/su);
        expect(line, error.message).to.not.match(/Invalid input|\[object Object\]|= undefined| {4}at /);
    }
    expect(new Set(lines).size, error.message).to.equal(lines.length);
}

/** What a stack that was made has to tell. */
export async function expectComplete(
    { registered, outputs }: Outcome,
    { configuration }: Case,
    preview: boolean,
): Promise<void> {
    expect(registered).to.be.greaterThan(5);
    if (outputs === undefined) expect.fail("a program without an error has no outputs");
    expect(Object.keys(outputs.outposts)).to.have.members(namesIn(configuration.outposts, "name"));
    expect(Object.keys(outputs.applications)).to.have.members(namesIn(configuration.applications, "slug"));
    if (preview) return;
    for (const { path, value } of await leavesOf(outputs)) expect(value, path).to.not.equal(undefined);
    const { admin, apiToken } = outputs;
    for (const secret of [admin.password, apiToken])
        expect(await pulumi.isSecret(pulumi.output(secret))).to.equal(true);
}

function namesIn(list: unknown, key: string): unknown[] {
    return ((list ?? []) as Record<string, unknown>[]).map((item) => item[key]);
}
