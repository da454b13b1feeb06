import * as pulumi from "@pulumi/pulumi";
import { connect } from "./host";
import { digest, recordStep, valueOf } from "./step";
import { type JobRun, runToExit } from "./run-to-exit";
import { type Process, secretsOf } from "./workload";

/** A container that runs once, to exit code 0. */
export interface Job extends Process {
    /** What messages call the job. */
    title: string;
    /** Plain files by path, e.g. blueprints; a change of one runs the job again. */
    documents: Record<string, string>;
    /** What else makes the job run again when it changes, e.g. the id of the database it wrote to. */
    triggers?: Record<string, pulumi.Input<string>>;
    /**
     * Documents by a name of their own. One that is no longer here is put into the folder, as 0.yaml, 1.yaml and so on,
     * when the job runs next: how what a former run made is taken back. Default: none.
     */
    memory?: { folder: string; documents: Record<string, string> };
    /** Secrets beside those in its files that its messages, or those of its witnesses, could show. Default: none. */
    secrets?: pulumi.Input<string>[];
    /** Seconds the job may take. */
    seconds: number;
    /** Containers whose last log lines help when the job fails. */
    witnesses?: { title: string; id: pulumi.Input<string> }[];
    /** What a person can do when the job fails. */
    cure: string;
}

/**
 * Runs a job when its image, a document, a secret file or a trigger changed since it last succeeded.
 *
 * @param host the provider's `docker:host`.
 * @throws (when the update runs) Error with the job's own last lines, secrets blotted out, and the cure.
 */
export function runJob(
    name: string,
    job: Job,
    host: string | undefined,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const { image, settings = {}, files = [], mounts = [], networks, witnesses = [] } = job;
    const secrets = [...secretsOf(files), ...(job.secrets ?? [])];
    const resolved: pulumi.Output<Resolved> = pulumi.output({
        image,
        settings,
        files,
        mounts,
        networks,
        witnesses,
        secrets,
    });
    const documents = Object.fromEntries(Object.entries(job.documents).map(([path, text]) => [path, digest(text)]));
    return recordStep(
        name,
        {
            facts: { image, command: digest([job.entrypoint, job.command]), ...documents, ...job.triggers },
            secrets: files.map(({ content }) => content),
            memory: job.memory?.documents,
            run: async (forgotten) => {
                const removed = Object.values(forgotten).map((text, index) => [
                    `${job.memory?.folder ?? ""}/${index}.yaml`,
                    text,
                ]);
                const all = { ...job.documents, ...(Object.fromEntries(removed) as Record<string, string>) };
                await runToExit(await connect(host), { ...job, ...(await valueOf(resolved)), documents: all, name });
            },
        },
        opts,
    );
}

type Resolved = Required<
    Pick<JobRun, "image" | "settings" | "files" | "mounts" | "networks" | "witnesses" | "secrets">
>;
