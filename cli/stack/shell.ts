import { roles } from "../../authentik/roles";
import { shellCommand, shellReport } from "../../authentik/shell";
import { script } from "../../components/probe";
import { ToolError } from "../progress";
import type { OpenStack } from "../workplace";
import { containersOf, type Found, isRunning } from "./containers";

/**
 * Runs one of our scripts in authentik's own shell, in the worker of a running stack.
 *
 * @param variables plain values that the script finds under these names; no secrets.
 * @returns what it told.
 * @throws ToolError with the last lines that were printed where it did not come to that.
 */
export async function askShell(
    open: OpenStack,
    name: string,
    variables: Record<string, string | number | boolean>,
): Promise<unknown> {
    const [code = ""] = Object.values(script(name).documents);
    const { output } = await (await workerOf(open)).execute(shellCommand(code, variables));
    const told = shellReport(output);
    if (told !== undefined) return told;
    throw new ToolError(`authentik could not do it:\n${output.trim().split("\n").slice(-15).join("\n")}`);
}

/** The worker that runs; the newest during an update. */
async function workerOf(open: OpenStack): Promise<Found> {
    const ending = `-${roles.worker.host.replace("authentik-", "")}`;
    const found = (await containersOf(open, ending)).find(isRunning);
    const { name } = open.stack;
    if (found === undefined)
        throw new ToolError(`The stack ${name} has no running worker; \`npm start -- ${name}\` starts it.`);
    return found;
}
