import { existsSync, readFileSync } from "node:fs";
import { blueprintProblem, readsOf } from "../authentik/blueprints/own";
import { leavesOf, variableOf } from "../authentik/settings";
import type { Report } from "../ground/problems";
import type { Config, Rule } from "./schema";

/** The user's own blueprint files are there, are blueprints, and read nothing that is not set. */
export const blueprintRule: Rule = {
    reads: ["blueprints", "settings"],
    check: (config, report) => {
        const { files, variables } = config.blueprints;
        for (const [index, path] of files.entries()) {
            const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
            const wrong = text === undefined ? "does not exist beside Pulumi.yaml" : blueprintProblem(text);
            const at: Report = (_, cure) => report(["blueprints", "files", index], cure);
            if (wrong !== undefined) at([], `${wrong}; fix it, or remove this entry`);
            else reviewReads(text ?? "", config, at);
        }
        for (const name of Object.keys(variables))
            if (/^authentik_/i.test(name))
                report(["blueprints", "variables", name], "is a setting of authentik; use another name, or `settings`");
    },
};

function reviewReads(text: string, { blueprints, settings }: Config, report: Report): void {
    const { variables, files } = readsOf(text);
    const set = [...Object.keys(blueprints.variables), ...leavesOf(settings).map(({ name }) => variableOf(name))];
    for (const name of variables)
        if (!set.includes(name))
            report([], `reads the variable ${name}, which is not set; add it to blueprints.variables`);
    const folder = "/run/secrets/blueprints/";
    for (const path of files) {
        const name = path.slice(folder.length);
        if (path.startsWith(folder) && !blueprints.secrets.includes(name))
            report([], `reads the secret ${name}, which is not there; add it to blueprints.secrets`);
    }
}
