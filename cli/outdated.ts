import "./quick";
import { main, takeStack } from "./main";
import { exitCodeOf, newsOf, textOf } from "./outdated/news";
import { ToolError } from "./progress";
import { defaultStack, readRequirements, stackOf } from "./stack/files";
import { projectRoot } from "./workplace";

/**
 * `npm run outdated [-- --stack <name>] [--json]`: names newer releases of authentik, PostgreSQL, Redis and the pinned images,
 * as the registries of the stack's images have them, and which of them close security holes.
 *
 * Exit codes: 0 nothing is newer, or no registry can be reached; 2 something is; 3 something that closes a security hole is;
 * 1 it failed. Default stack: dev.
 */
main(async (args) => {
    const { stack = defaultStack, rest } = takeStack(args);
    const unknown = rest.filter((argument) => argument !== "--json");
    if (unknown.length > 0)
        throw new ToolError(`Unknown option: ${unknown.join(", ")}. The options are --stack and --json.`);
    stackOf(projectRoot, [stack]);
    const told = await newsOf(readRequirements(projectRoot, stack));
    console.log(rest.includes("--json") ? JSON.stringify({ stack, ...told }, undefined, 2) : textOf(told));
    process.exitCode = exitCodeOf(told);
});
