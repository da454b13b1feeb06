import type Docker from "dockerode";
import { jobLabel, stackLabel, stackName } from "./labels";

/** Labels of a container that is there for a job. */
export function jobLabels(job: string): Record<string, string> {
    return { [stackLabel]: stackName(), [jobLabel]: job };
}

/**
 * Removes containers of jobs, with the volumes that go with them: what a killed or failed run left.
 *
 * @param stack as its label names it.
 * @param job Default: every job.
 */
export async function removeJobs(docker: Docker, stack: string, job?: string): Promise<void> {
    const filters = { label: [`${stackLabel}=${stack}`, job === undefined ? jobLabel : `${jobLabel}=${job}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters }))
        await docker.getContainer(Id).remove({ force: true, v: true });
}
