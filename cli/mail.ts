import { z } from "zod";
import { mailCure, type MailReport } from "../authentik/mail";
import { command } from "./main";
import { ToolError } from "./progress";
import { openExisting } from "./stack/existing";
import { stackOf } from "./stack/files";
import { askShell } from "./stack/shell";
import { projectRoot } from "./workplace";

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
    const report = (await askShell(open, "send-test-mail.py", { TO: to })) as MailReport;
    const { server, sender = "nobody", answer, refusal, error } = report;
    if (answer === undefined)
        throw new ToolError(
            `${server} did not take the mail from ${sender} to ${to}: ${refusal ?? error ?? "no answer"}\n${mailCure(report)}`,
        );
    console.log(`${server} took the mail from ${sender} to ${to}: ${answer}`);
});
