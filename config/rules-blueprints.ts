import { existsSync, readFileSync } from "node:fs";
import { blueprintProblem } from "../authentik/blueprints/own";
import type { Rule } from "./rules";

/** The user's own blueprint files are there, and are blueprints. */
export const blueprintRule: Rule = {
    reads: ["blueprints"],
    check: ({ blueprints }, problem) =>
        blueprints.files.flatMap((path, index) => {
            const key = ["blueprints", "files", index];
            if (!existsSync(path)) return [problem(key, "is no file beside Pulumi.yaml; mend the path or remove it")];
            const wrong = blueprintProblem(readFileSync(path, "utf8"));
            return wrong === undefined ? [] : [problem(key, `${wrong}; mend the file`)];
        }),
};
