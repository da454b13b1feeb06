/**
 * Wiki.js, with its own database on the shared PostgreSQL of an authentik-stack, whose configuration needs:
 *
 *     consumers: [{ name: wiki }]
 *     applications: [{ slug: wiki, name: Wiki, launchUrl: "https://wiki.example.com", provider: { type: oidc,
 *                      redirectUris: [{ url: "https://wiki\\.example\\.com/login/.*", matching: regex }] } }]
 *
 * In your own repository, import from "authentik-stack" instead of "../../components".
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
    authentikOutputs,
    consumerDatabase,
    containerEnvs,
    networkName,
    oidcClient,
    secretFiles,
} from "../../components";

const config = new pulumi.Config();
const name = config.require("name");
const authentik = authentikOutputs(new pulumi.StackReference(config.require("authentik")));
const client = oidcClient(authentik, "wiki");
const database = consumerDatabase(authentik, "wiki");

// Wiki.js reads DB_PASS from the file that DB_PASS_FILE names, as the user node, 1000.
// Source: docs.requarks.io/install/docker, "Environment Variables: Database".
const secrets = secretFiles(1000, { DB_PASS: database.password });

const container = new docker.Container(name, {
    image: config.require("image"),
    envs: containerEnvs(secrets.variables, {
        DB_TYPE: "postgres",
        DB_HOST: database.host,
        DB_PORT: database.port,
        DB_NAME: database.database,
        DB_USER: database.user,
    }),
    uploads: secrets.uploads,
    networksAdvanced: ["db", "frontend"].map((role) => ({ name: networkName(authentik, role) })),
    restart: "unless-stopped",
});

export const containerName = container.name;
/**
 * Wiki.js keeps its sign-in settings in its database: enter these under Administration, Authentication, Generic OpenID
 * Connect / OAuth2. `pulumi stack output signIn --show-secrets` prints them, including the secret.
 */
export const signIn = {
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    authorizationUrl: client.authorize,
    tokenUrl: client.token,
    userInfoUrl: client.userinfo,
    issuer: client.issuer,
    logoutUrl: client.endSession,
};
