import * as pulumi from "@pulumi/pulumi";
import { type JobPlace, type JobRun, runTo } from "./job";
import type { WorkloadFile } from "./workload";

/** A file for a question of a preview: a secret that is made only later is one that nothing holds yet. */
export function inPreview(file: WorkloadFile): WorkloadFile {
    const content = pulumi.output(file.content);
    const { isKnown } = content as unknown as { isKnown: Promise<boolean> };
    return { ...file, content: pulumi.output(isKnown.then((known) => (known ? content : "not made yet"))) };
}

/**
 * Asks whether what a job made is still there as it made it.
 *
 * @returns why the job has to run again; where it does not have to, the reason why it last ran.
 */
export async function compare(place: JobPlace, run: JobRun): Promise<string> {
    const time = new Date().toISOString();
    const again = async (reason: string) => {
        // Without a resource: its URN is known only after this.
        await pulumi.log.warn(reason);
        return `${reason.replaceAll(/\s+/g, " ")} at ${time}`;
    };
    try {
        const printed = await runTo(place, run);
        const [, verdict, rest = ""] = /^(same|differs) ?(.*)$/m.exec(printed) ?? [];
        if (verdict === "same") return rest;
        return await again(`${run.title}: ${verdict === undefined ? printed : `not as declared: ${rest}`}`);
    } catch (error) {
        return await again(error instanceof Error ? error.message : String(error));
    }
}
