/**
 * Mealie, with sign-in through the authentik of an authentik-stack, whose configuration needs:
 *
 *     applications: [{ slug: mealie, name: Mealie, launchUrl: "https://mealie.example.com",
 *                      provider: { type: oidc, preset: mealie } }]
 *
 * In your own repository, import from "authentik-stack" instead of "../../components".
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { authentikOutputs, containerEnvs, networkName, oidcClient, secretFiles } from "../../components";

const config = new pulumi.Config();
const name = config.require("name");
const authentik = authentikOutputs(new pulumi.StackReference(config.require("authentik")));
const client = oidcClient(authentik, "mealie");

// Mealie reads OIDC_CLIENT_SECRET and some other settings from the file that <KEY>_FILE names, as its own user, 911.
// Source: docs.mealie.io, "Backend Configuration: Docker Secrets"; load_secrets in its docker/entry.sh.
const secrets = secretFiles(911, client.environment.secret);

const data = new docker.Volume(`${name}-data`, { name: `${name}_data` }, { protect: true });

const container = new docker.Container(name, {
    image: config.require("image"),
    envs: containerEnvs(client.environment.plain, secrets.variables),
    uploads: secrets.uploads,
    mounts: [{ type: "volume", source: data.name, target: "/app/data" }],
    networksAdvanced: [{ name: networkName(authentik, "frontend") }],
    restart: "unless-stopped",
});

export const containerName = container.name;
export const url = client.url;
export const clientId = client.clientId;
