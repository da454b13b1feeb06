import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { main } from "../main";
import { type Described, inWords } from "./words";

/**
 * `tsx cli/preview/explain.ts <before> <after>`: says in words what lies between two files that `npm run preview -- --describe`
 * wrote, as a list in Markdown. Without the first one, there is nothing to compare with.
 */
main(([before = "", after = ""]) => {
    const lines = existsSync(before)
        ? inWords(read(before), read(after))
        : ["The target branch has no preview to compare with."];
    console.log(lines.map((line) => `- ${line}`).join("\n"));
    return Promise.resolve();
});

function read(file: string): Described {
    return parse(readFileSync(file, "utf8")) as Described;
}
