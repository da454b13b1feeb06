import { roles } from "../../authentik/roles";
import { shellCommand, shellReport } from "../../authentik/shell";
import { script } from "../../components/probe";
import { resourceLabel, stackLabel } from "../../engine/labels";
import { execute } from "../../engine/streams";
import { ToolError } from "../progress";
import { dockerOf, type OpenStack } from "../workplace";

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
    const { output } = await execute(await workerOf(open), shellCommand(code, variables));
    const told = shellReport(output);
    if (told !== undefined) return told;
    throw new ToolError(`authentik could not do it:\n${output.trim().split("\n").slice(-15).join("\n")}`);
}

/** The worker that runs; the newest during an update. */
async function workerOf({ identity, workplace, stack }: OpenStack) {
    const docker = await dockerOf(workplace).client();
    const filters = { label: [`${stackLabel}=${identity}`], status: ["running"] };
    const found = (await docker.listContainers({ filters })).find(({ Labels }) =>
        Labels[resourceLabel]?.endsWith(`-${roles.worker.host.replace("authentik-", "")}`),
    );
    if (found === undefined)
        throw new ToolError(`The stack ${stack.name} has no running worker; \`npm start -- ${stack.name}\` starts it.`);
    return docker.getContainer(found.Id);
}
