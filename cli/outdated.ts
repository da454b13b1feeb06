import "./quick";
import { command } from "./main";
import { exitCodeOf, newsOf, textOf } from "./outdated/news";
import { defaultStack, readRequirements, stackOf } from "./stack/files";
import { projectRoot } from "./workplace";

/**
 * `npm run outdated [-- --stack <name>] [--json]`: names newer releases of authentik, PostgreSQL, Redis and the pinned images,
 * as the registries of the stack's images have them, and which of them close security holes.
 *
 * Exit codes: 0 nothing is newer, or no registry can be reached; 2 something is; 3 something that closes a security hole is;
 * 1 it failed. Default stack: dev.
 */
command("outdated", async ({ values: { stack = defaultStack, json } }) => {
    stackOf(projectRoot, stack);
    const told = await newsOf(readRequirements(projectRoot, stack));
    console.log(json === true ? JSON.stringify({ stack, ...told }, undefined, 2) : textOf(told));
    return exitCodeOf(told);
});
