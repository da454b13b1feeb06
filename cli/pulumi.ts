import { attachPulumi } from "./engine/pulumi-command";
import { openExisting } from "./stack/existing";
import { createdStack, main, takeStack } from "./main";
import { stackOf } from "./stack/files";
import { projectRoot } from "./workplace";

/** Commands that run the program, or compare the state with it, and so need its configuration. */
const operations = ["up", "preview", "refresh", "destroy", "import"];

/**
 * `npm run pulumi -- <command>`: runs the Pulumi CLI as `npm start` does, with its backend, passphrase and plugins.
 *
 * Default stack: the one that was started; `--stack <name>` selects another.
 */
main(async (args) => {
    const line = takeStack(args);
    const { rest } = line;
    // Pulumi itself would write the salt of this machine's passphrase into the stack's file.
    const created = stackOf(projectRoot, createdStack(line));
    const [open] = await openExisting({
        name: created ?? line.stack,
        creates: created !== undefined,
        progress: console.error,
    });
    if (open === undefined) return;
    if (created !== undefined) return console.log(`The stack ${created} exists.`);
    const { stack, workplace, options } = open;
    const [command = "help"] = rest;
    const configFile =
        options.configFile !== undefined && operations.includes(command) ? ["--config-file", options.configFile] : [];
    const ownStack = command === "help" ? [] : ["--stack", stack.name];
    // What follows `--` is no option.
    const end = rest.includes("--") ? rest.indexOf("--") : rest.length;
    process.exitCode = await attachPulumi(workplace, rest.toSpliced(end, 0, ...ownStack, ...configFile));
});
