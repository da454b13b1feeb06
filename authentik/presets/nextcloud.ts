import type { Preset } from "./preset";

/**
 * Nextcloud with the app user_oidc, version 8.4 or later, which reads the secret from a file. It is set up by a command:
 * `occ` has its arguments as a list, in the form that `command:` of a Compose file or `docker exec` takes, and the other
 * key is the content of the file that the list names. The redirect URI has `index.php` where Nextcloud's URLs are not
 * pretty.
 *
 * Source: README of nextcloud/user_oidc, "Provider entries"; its lib/Command/UpsertProvider.php for the option
 * `--clientsecret-file`, and authentik's page "Integrate with Nextcloud" for the redirect URI.
 */
export const nextcloud: Preset = {
    source: "https://github.com/nextcloud/user_oidc#provider-entries",
    redirectUris: [
        { matching: "strict", url: "{url}/apps/user_oidc/code" },
        { matching: "strict", url: "{url}/index.php/apps/user_oidc/code" },
    ],
    scopes: ["openid", "email", "profile"],
    publicClient: false,
    environment: {
        occ: [
            "user_oidc:provider",
            "authentik",
            "--clientid={clientId}",
            "--clientsecret-file=/run/secrets/nextcloud_oidc_client_secret",
            "--discoveryuri={discovery}",
            "--scope=openid email profile",
        ],
        nextcloud_oidc_client_secret: "{clientSecret}",
    },
};
