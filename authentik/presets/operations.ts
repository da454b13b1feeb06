import type { Preset } from "./preset";

/** The fields of a source of the type OpenID Connect, in the pages of Gitea and Forgejo. */
const gitSource: Preset["environment"] = {
    "authentication-source": {
        "Authentication Type": "OAuth2",
        "Authentication Name": "authentik",
        "OAuth2 Provider": "OpenID Connect",
        "Client ID (Key)": "{clientId}",
        "Client Secret": "{clientSecret}",
        "OpenID Connect Auto Discovery URL": "{discovery}",
        "Additional Scopes": "{scopesBesideOpenid}",
    },
};

/** What runs, builds, watches and stores the rest. */
export const operations = {
    /**
     * Beszel, whose settings are in its own pages: the collection `users`, Options > OAuth2 > OpenID Connect, whose fields
     * are the keys here. USER_CREATION lets new people in; without it they need an account with the same e-mail address.
     *
     * Source: beszel.dev, "OAuth / OIDC", and authentik's page "Integrate with Beszel" for the fields.
     */
    beszel: {
        source: "https://beszel.dev/guide/oauth",
        redirectUris: [{ matching: "strict", url: "{url}/api/oauth2-redirect" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            USER_CREATION: "true",
            "users-oauth2": {
                "Client ID": "{clientId}",
                "Client secret": "{clientSecret}",
                "Display name": "authentik",
                "Auth URL": "{authorize}",
                "Token URL": "{token}",
                "Fetch user info from": "User info URL",
                "User info URL": "{userinfo}",
            },
        },
    },

    /**
     * Forgejo, which is set up in its own pages: Site administration > Authentication sources, whose fields are the keys
     * here. `forgejo admin auth add-oauth` takes the same, with the secret on its command line. The source's name is part of
     * the redirect URI.
     *
     * Source: forgejo.org/docs, "Forgejo CLI: admin auth add-oauth".
     */
    forgejo: {
        source: "https://forgejo.org/docs/latest/admin/command-line/",
        redirectUris: [{ matching: "strict", url: "{url}/user/oauth2/authentik/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: gitSource,
    },

    /**
     * Gitea, like {@link operations.forgejo}.
     *
     * Source: go-gitea/gitea, cmd/admin_auth_oauth.go, and authentik's page "Integrate with Gitea" for the redirect URI.
     */
    gitea: {
        source: "https://docs.gitea.com/administration/command-line#admin",
        redirectUris: [{ matching: "strict", url: "{url}/user/oauth2/authentik/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: gitSource,
    },

    /**
     * Grafana's Generic OAuth; each option is a variable `GF_AUTH_GENERIC_OAUTH_<OPTION>`. The root URL decides the
     * redirect URI.
     *
     * Source: grafana.com/docs, "Configure Generic OAuth authentication", table of configuration options.
     */
    grafana: {
        source: "https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/generic-oauth/",
        redirectUris: [{ matching: "strict", url: "{url}/login/generic_oauth" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            GF_SERVER_ROOT_URL: "{url}",
            GF_AUTH_GENERIC_OAUTH_ENABLED: "true",
            GF_AUTH_GENERIC_OAUTH_NAME: "authentik",
            GF_AUTH_GENERIC_OAUTH_CLIENT_ID: "{clientId}",
            GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: "{clientSecret}",
            GF_AUTH_GENERIC_OAUTH_SCOPES: "{scopes}",
            GF_AUTH_GENERIC_OAUTH_AUTH_URL: "{authorize}",
            GF_AUTH_GENERIC_OAUTH_TOKEN_URL: "{token}",
            GF_AUTH_GENERIC_OAUTH_API_URL: "{userinfo}",
            GF_AUTH_GENERIC_OAUTH_LOGIN_ATTRIBUTE_PATH: "preferred_username",
            GF_AUTH_GENERIC_OAUTH_USE_PKCE: "true",
            GF_AUTH_GENERIC_OAUTH_SIGNOUT_REDIRECT_URL: "{endSession}",
        },
    },

    /**
     * Headscale: `config.yaml` is a part of that file; YAML takes JSON as well. It compares the issuer as it is, with its
     * slash.
     *
     * Source: headscale.net, "OpenID Connect", and authentik's page "Integrate with Headscale" for PKCE.
     */
    headscale: {
        source: "https://headscale.net/stable/ref/oidc/",
        redirectUris: [{ matching: "strict", url: "{url}/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "config.yaml": {
                server_url: "{url}",
                oidc: {
                    issuer: "{issuer}",
                    client_id: "{clientId}",
                    client_secret: "{clientSecret}",
                    scope: "{scopeList}",
                    pkce: { enabled: true, method: "S256" },
                },
            },
        },
    },

    /**
     * Komodo, where an administrator enables each new person. It compares the issuer as it is, with its slash.
     *
     * Source: moghtech/komodo, config/core.config.toml and bin/core/src/auth/oidc/client.rs, and authentik's page
     * "Integrate with Komodo" for the slash.
     */
    komodo: {
        source: "https://github.com/moghtech/komodo/blob/main/config/core.config.toml",
        redirectUris: [{ matching: "strict", url: "{url}/auth/oidc/callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            KOMODO_HOST: "{url}",
            KOMODO_OIDC_ENABLED: "true",
            KOMODO_OIDC_PROVIDER: "{issuer}",
            KOMODO_OIDC_CLIENT_ID: "{clientId}",
            KOMODO_OIDC_CLIENT_SECRET: "{clientSecret}",
        },
    },

    /**
     * MinIO, whose console is the application's URL. Everybody who may sign in gets the policy `readonly`: choose another in
     * MINIO_IDENTITY_OPENID_ROLE_POLICY. The console of the community edition signs in over OIDC up to
     * RELEASE.2025-04-22T22-12-26Z; later ones do so by their API (STS) only.
     *
     * Source: minio/minio, internal/config/identity/openid/help.go and issue 21311, and authentik's page "Integrate with
     * MinIO" for the redirect URI.
     */
    minio: {
        source: "https://min.io/docs/minio/linux/reference/minio-server/settings/iam/openid.html",
        redirectUris: [{ matching: "strict", url: "{url}/oauth_callback" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            MINIO_BROWSER_REDIRECT_URL: "{url}",
            MINIO_IDENTITY_OPENID_DISPLAY_NAME: "authentik",
            MINIO_IDENTITY_OPENID_CONFIG_URL: "{discovery}",
            MINIO_IDENTITY_OPENID_CLIENT_ID: "{clientId}",
            MINIO_IDENTITY_OPENID_CLIENT_SECRET: "{clientSecret}",
            MINIO_IDENTITY_OPENID_SCOPES: "{scopesWithCommas}",
            MINIO_IDENTITY_OPENID_ROLE_POLICY: "readonly",
        },
    },

    /**
     * pgAdmin in server mode, in its container, whose variables are texts of Python: JSON of texts and lists is that as well.
     *
     * Source: pgadmin.org/docs, "Enabling OAUTH2 Authentication", and authentik's page "Integrate with pgAdmin" for the
     * variables.
     */
    pgadmin: {
        source: "https://www.pgadmin.org/docs/pgadmin4/latest/oauth2.html",
        redirectUris: [{ matching: "strict", url: "{url}/oauth2/authorize" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            PGADMIN_CONFIG_AUTHENTICATION_SOURCES: ["oauth2", "internal"],
            PGADMIN_CONFIG_OAUTH2_AUTO_CREATE_USER: "True",
            PGADMIN_CONFIG_OAUTH2_CONFIG: [
                {
                    OAUTH2_NAME: "authentik",
                    OAUTH2_DISPLAY_NAME: "authentik",
                    OAUTH2_CLIENT_ID: "{clientId}",
                    OAUTH2_CLIENT_SECRET: "{clientSecret}",
                    OAUTH2_TOKEN_URL: "{token}",
                    OAUTH2_AUTHORIZATION_URL: "{authorize}",
                    OAUTH2_API_BASE_URL: "{issuer}",
                    OAUTH2_USERINFO_ENDPOINT: "{userinfo}",
                    OAUTH2_SERVER_METADATA_URL: "{discovery}",
                    OAUTH2_SCOPE: "{scopes}",
                },
            ],
        },
    },

    /**
     * Portainer, which takes its settings in its own pages, Settings > Authentication > OAuth > Custom, or as one request
     * with a token of an administrator: the key here is the request, its value the body; method 3 is OAuth.
     *
     * Source: portainer/portainer, api/portainer.go, `Settings` and `OAuthSettings`, and authentik's page "Integrate with
     * Portainer" for the values.
     */
    portainer: {
        source: "https://docs.portainer.io/admin/settings/authentication/oauth",
        redirectUris: [{ matching: "strict", url: "{url}/" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "PUT /api/settings": {
                AuthenticationMethod: 3,
                OAuthSettings: {
                    ClientID: "{clientId}",
                    ClientSecret: "{clientSecret}",
                    AuthorizationURI: "{authorize}",
                    AccessTokenURI: "{token}",
                    ResourceURI: "{userinfo}",
                    RedirectURI: "{url}/",
                    LogoutURI: "{endSession}",
                    UserIdentifier: "preferred_username",
                    Scopes: "{scopes}",
                    OAuthAutoCreateUsers: true,
                    SSO: true,
                },
            },
        },
    },

    /**
     * PortNote (crocofied/portnote), whose documentation and program know one user name and password and no OIDC. A build
     * that can sign in through authentik may use any redirect URI of its own host, and is configured by hand; without such a
     * build, put PortNote behind an outpost.
     *
     * Source: README and compose.yml of version 1.2.0, where no such setting is.
     */
    portnote: {
        source: "https://github.com/crocofied/PortNote#deployment",
        redirectUris: [{ matching: "regex", url: "{url}/.*" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {},
    },

    /**
     * Proxmox VE: `domains.cfg` is added to /etc/pve/domains.cfg. Each new person gets an account without permissions. The
     * browser comes back to the URL as it is, with its port and without a path.
     *
     * Source: Proxmox VE's administration guide, "User Management: OpenID Connect"; PVE/API2/OpenId.pm for the claim, and
     * authentik's page "Integrate with Proxmox VE" for the redirect URI.
     */
    proxmox: {
        source: "https://pve.proxmox.com/pve-docs/chapter-pveum.html",
        redirectUris: [{ matching: "strict", url: "{url}" }],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "domains.cfg": [
                "openid: authentik",
                "\tissuer-url {issuer}",
                "\tclient-id {clientId}",
                "\tclient-key {clientSecret}",
                "\tusername-claim username",
                "\tautocreate 1",
                "",
            ].join("\n"),
        },
    },

    /**
     * Semaphore UI: `config.json` is a part of that file.
     *
     * Source: docs.semaphoreui.com, "OpenID: Authentik config".
     */
    semaphore: {
        source: "https://docs.semaphoreui.com/administration-guide/openid/authentik/",
        redirectUris: [
            { matching: "strict", url: "{url}/api/auth/oidc/authentik/redirect/" },
            { matching: "strict", url: "{url}/api/auth/oidc/authentik/redirect" },
        ],
        scopes: ["openid", "email", "profile"],
        publicClient: false,
        environment: {
            "config.json": {
                oidc_providers: {
                    authentik: {
                        display_name: "Sign in with authentik",
                        provider_url: "{issuer}",
                        client_id: "{clientId}",
                        client_secret: "{clientSecret}",
                        redirect_url: "{url}/api/auth/oidc/authentik/redirect/",
                        scopes: "{scopeList}",
                        username_claim: "preferred_username",
                        name_claim: "name",
                    },
                },
            },
        },
    },
} satisfies Record<string, Preset>;
