/**
 * Bookmarks in authentik's library for devices that know no single sign-on, seen by one group: objects for which
 * authentik-stack has no key, made with the Pulumi provider of goauthentik/authentik. To run it: `pulumi install`, which
 * generates that provider's SDK, then `pulumi up`.
 *
 * The program's objects are its own. Do not declare one that the other stack declares: each would undo the other's changes.
 */
import * as authentik from "@pulumi/authentik";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const stack = new pulumi.StackReference(config.require("authentik"));
const provider = new authentik.Provider("authentik", {
    url: stack.requireOutput("url") as pulumi.Output<string>,
    token: stack.requireOutput("apiToken") as pulumi.Output<string>,
});

const admins = new authentik.Group("home-admins", { name: "home-admins" }, { provider });

const devices = {
    router: { name: "Router", url: "https://router.example.com" },
    nas: { name: "NAS", url: "https://nas.example.com" },
};

for (const [slug, { name, url }] of Object.entries(devices)) {
    const bookmark = new authentik.Application(
        slug,
        { slug, name, group: "Devices", metaLaunchUrl: url, openInNewTab: true },
        { provider },
    );
    new authentik.PolicyBinding(slug, { target: bookmark.uuid, group: admins.groupId, order: 0 }, { provider });
}

export const bookmarks = Object.keys(devices);
