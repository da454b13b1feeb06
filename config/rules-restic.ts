import { roles } from "../authentik/roles";
import { kindOfRepository, resticKeySecret } from "./restic";
import type { Rule } from "./schema";
import { placeholder, sshKeyProblem } from "./secrets";

/** What the copies elsewhere ask of other keys. */
export const resticRules: Rule[] = [
    {
        reads: ["backup", "outposts"],
        check: ({ backup, outposts }, report) => {
            if (backup.restic === undefined) return;
            if (!backup.run) report(["backup", "run"], "leaves backup.restic nothing to copy; remove one of the two");
            for (const [index, { name }] of outposts.entries())
                if (["offsite", roles.offsite.host].includes(name))
                    report(
                        ["outposts", index, "name"],
                        "is the name of the container that copies the backups; choose another",
                    );
        },
    },
    {
        reads: ["backup", "secrets"],
        check: ({ backup: { restic: to }, secrets }, report) => {
            const key = secrets[resticKeySecret];
            // An output is known only later.
            if (to === undefined || typeof key !== "string" || key === placeholder) return;
            const isSsh = kindOfRepository(to.repository) === "sftp";
            const problem = sshKeyProblem(key);
            if (isSsh && problem !== undefined) report(["secrets", resticKeySecret], problem);
            if (!isSsh && key.includes("\n"))
                report(["secrets", resticKeySecret], "must be one line: the key that belongs to backup.restic.user");
        },
    },
];
