import { z } from "zod";
import { mailCommand, mailCure, mailReport } from "../authentik/mail";
import { roles } from "../authentik/roles";
import { script } from "../components/probe";
import { resourceLabel, stackLabel } from "../engine/labels";
import { execute } from "../engine/streams";
import { command } from "./main";
import { ToolError } from "./progress";
import { openExisting } from "./stack/existing";
import { stackOf } from "./stack/files";
import { dockerOf, type OpenStack, projectRoot } from "./workplace";

/**
 * `npm run mail -- <recipient> [<stack>]`: sends authentik's own test mail from the worker of a running stack, and says what the
 * mail server answered. Exit code 1 when it did not take the mail. Default stack: the one that was started.
 */
command("mail", async ({ values, named: [to = "", ...others] }) => {
    if (!z.email().safeParse(to).success)
        throw new ToolError("Say who gets the mail: npm run mail -- someone@example.com [stack]");
    const name = values.stack ?? stackOf(projectRoot, others[0]);
    const [open] = await openExisting({ name, progress: console.error, needsDocker: true });
    if (open === undefined) return;
    const [code = ""] = Object.values(script("send-test-mail.py").documents);
    const { output } = await execute(await workerOf(open), mailCommand(code, to));
    const report = mailReport(output);
    if (report === undefined) throw new ToolError(`authentik could not send a mail:\n${lastLines(output)}`);
    const { server, sender = "nobody", answer, refusal, error } = report;
    if (answer === undefined)
        throw new ToolError(
            `${server} did not take the mail from ${sender} to ${to}: ${refusal ?? error ?? "no answer"}\n${mailCure(report)}`,
        );
    console.log(`${server} took the mail from ${sender} to ${to}: ${answer}`);
});

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

function lastLines(output: string): string {
    return output.trim().split("\n").slice(-15).join("\n");
}
