import { type Blueprint, file, find, requires } from "./document";

/** Paths of the secrets that the blueprint reads. */
export const adminSecrets = { password: "/run/secrets/admin_password", token: "/run/secrets/api_token" } as const;

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
                attrs: { name: "authentik Default Admin", email, password: file(adminSecrets.password) },
            },
            {
                model: "authentik_core.token",
                identifiers: { identifier: "authentik-stack" },
                attrs: {
                    user: find("authentik_core.user", ["username", "akadmin"]),
                    intent: "api",
                    expiring: false,
                    description: "Managed by authentik-stack",
                    key: file(adminSecrets.token),
                },
            },
        ],
    };
}
