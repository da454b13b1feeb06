import { command } from "./main";
import { linkText, recoveryLink } from "./recovery/link";

/**
 * `npm run --silent open -- [<user>] [--stack <name>]`: prints a link that opens authentik signed in. It works once, and for minutes.
 *
 * Default user: akadmin. Default stack: the one that was started.
 */
command("open", async ({ values, named: [user = "akadmin"] }) => {
    console.log(linkText(user, await recoveryLink(values.stack, user, false)));
});
