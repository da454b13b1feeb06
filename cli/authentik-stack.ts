import "./quick";
import { createRequire } from "node:module";
import { completion } from "./command/completion";
import { helpOf, listText } from "./command/help";
import { unknownCommand } from "./command/line";
import { allCommands } from "./command/table";
import { main } from "./main";

/**
 * `authentik-stack <command>`: the command line. Each command is a program of its own, which its npm script runs as well, and which
 * is loaded only when it is asked for.
 */
const [name = "help", ...rest] = process.argv.slice(2);
const found = allCommands[name];
if (found === undefined) main(withoutCommand);
else {
    process.argv.splice(2, 1);
    createRequire(__filename)(`./${found.file ?? name}`);
}

async function withoutCommand(): Promise<void> {
    const [word] = rest;
    if (["help", "--help", "-h"].includes(name)) console.log(word === undefined ? listText() : helpOf(word));
    else if (name === "completion") console.log(completion(word ?? ""));
    else await Promise.reject(unknownCommand(name));
}
