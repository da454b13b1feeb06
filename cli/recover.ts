import { agreed, command } from "./main";
import { ToolError } from "./progress";
import { linkText, recoveryLink } from "./recovery/link";

/**
 * `npm run --silent recover -- [<user>] [--stack <name>] [--yes]`: lets an administrator in again who is locked out, whatever the reason is: a
 * lost password or second factor, a user that is not active or lost its rights, or no akadmin any more.
 *
 * Default user: akadmin. Default stack: the one that was started.
 */
command("recover", async ({ values: { stack, yes }, named: [user = "akadmin"] }) => {
    console.log(`${user} may sign in again and gets all rights, and a link signs in as ${user} once.\n`);
    if (yes !== true && !(await agreed("Recover?"))) throw new ToolError("Nothing was changed.");
    console.log(linkText(user, await recoveryLink(stack, user, true)));
});
