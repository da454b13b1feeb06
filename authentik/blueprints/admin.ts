import { type Blueprint, file, find, requires, secretPaths } from "./document";

/**
 * The user akadmin with its password and e-mail, and an API token of its own for this stack and for others that manage
 * authentik. The `AUTHENTIK_BOOTSTRAP_*` variables could do this too, but they do not read files.
 */
export function adminBlueprint(email: string): Blueprint {
    return {
        name: "admin",
        entries: [
            requires("authentik Bootstrap"),
            {
                model: "authentik_core.user",
                id: "admin",
                identifiers: { username: "akadmin" },
                attrs: { name: "authentik Default Admin", email, password: file(secretPaths.adminPassword) },
            },
            {
                model: "authentik_core.token",
                identifiers: { identifier: "authentik-stack" },
                attrs: {
                    user: find("authentik_core.user", ["username", "akadmin"]),
                    intent: "api",
                    expiring: false,
                    description: "Managed by authentik-stack",
                    key: file(secretPaths.apiToken),
                },
            },
        ],
    };
}

/**
 * A file that takes the place of authentik's own blueprint of the page `/if/flow/initial-setup/`, where a stranger could
 * set the administrator's password before the blueprint with the real one is applied. The page then does not exist.
 *
 * The name has to stay: authentik looks its own blueprints up by it.
 */
export const withoutInitialSetup = {
    path: "/blueprints/default/flow-oobe.yaml",
    content: "version: 1\nmetadata:\n  name: Default - Out-of-box-experience flow\nentries: []\n",
};
