import * as pulumi from "@pulumi/pulumi";
import { type JobPlace, type JobRun, runTo } from "./job";
import type { WorkloadFile } from "./workload";

/** A file for a question of a preview: a secret that is made only later is one that nothing holds yet. */
export function inPreview(file: WorkloadFile): WorkloadFile {
    const content = pulumi.output(file.content);
    const { isKnown } = content as unknown as { isKnown: Promise<boolean> };
    return { ...file, content: pulumi.output(isKnown.then((known) => (known ? content : "not made yet"))) };
}

/** What a comparison found. */
export interface Compared {
    /** Why the job has to run again; where it does not have to, the reason why it last ran. */
    reason: string;
    /**
     * What to warn of.
     *
     * @param isOld whether a document of the job, by its path, is one that it had when it last ran: what it had not is no news.
     */
    news: (isOld: (document: string) => boolean) => string | undefined;
}

/** Asks whether what a job made is still there as it made it. */
export async function compare(place: JobPlace, run: JobRun): Promise<Compared> {
    const time = new Date().toISOString();
    const again = (reason: string, news: Compared["news"] = () => reason) => ({
        reason: `${reason.replaceAll(/\s+/g, " ")} at ${time}`,
        news,
    });
    try {
        const printed = await runTo(place, run);
        const [, verdict, rest = ""] = /^(same|differs) ?(.*)$/m.exec(printed) ?? [];
        if (verdict === "same") return { reason: rest, news: () => undefined };
        if (verdict === undefined) return again(`${run.title}: ${printed}`);
        const by = [...printed.matchAll(/^in (\/.*?): (.*)$/gm)];
        const said = (all: string[]) => `${run.title}: not as declared: ${all.join("; ")}`;
        return again(said([rest]), (isOld) => {
            const made = by.flatMap(([, document = "", what = ""]) => (isOld(document) ? [] : what.split("; ")));
            const others = rest.split("; ").filter((what) => !made.includes(what));
            return others.length === 0 ? undefined : said(others);
        });
    } catch (error) {
        return again(error instanceof Error ? error.message : String(error));
    }
}
