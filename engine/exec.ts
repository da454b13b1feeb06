import * as pulumi from "@pulumi/pulumi";
import { untilStarted } from "./health";
import { connect, execute, redact } from "./host";
import { recordStep, valueOf } from "./step";
import type { Running } from "./workload";

/** A command inside a running container, with something to read on its standard input. */
export interface Command {
    /** What messages call the step. */
    title: string;
    container: Running;
    command: string[];
    /** User that runs the command. */
    user: string;
    /** What the command reads, built from the secrets; it is in no argument and no environment variable. */
    stdin: (secrets: string[]) => string;
    secrets: pulumi.Input<string>[];
    /** Plain facts that make the command run again when they change. */
    facts: Record<string, pulumi.Input<string>>;
}

/**
 * Runs a command inside a container when a fact, a secret or the container changed since it last succeeded.
 *
 * @param host the provider's `docker:host`.
 * @throws (when the update runs) Error with the command's output, secrets blotted out.
 */
export function runInside(
    name: string,
    step: Command,
    host: string | undefined,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const resolved: pulumi.Output<{ id: string; secrets: string[] }> = pulumi.output({
        id: step.container.id,
        secrets: step.secrets,
    });
    return recordStep(
        name,
        {
            facts: { container: step.container.id, ...step.facts },
            secrets: step.secrets,
            run: async () => {
                const { id, secrets } = await valueOf(resolved);
                const { command, user } = step;
                const docker = await connect(host);
                // It was healthy when it was made; since then it may have crashed, and be about to start again.
                await untilStarted(docker, id, 60, secrets);
                const { code, output } = await execute(docker.getContainer(id), {
                    command,
                    user,
                    stdin: step.stdin(secrets),
                });
                if (code !== 0)
                    throw new Error(`${step.title} failed with exit code ${code}:\n${redact(output, secrets)}`);
            },
        },
        opts,
    );
}
