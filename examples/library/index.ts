/**
 * A program that runs its own authentik, made with the components of authentik-stack. To run it from a clone of that
 * project: `npm install && npm run build` there, then `npm install` here.
 */
import * as pulumi from "@pulumi/pulumi";
import { AuthentikStack, stackConfig } from "authentik-stack";

const config = new pulumi.Config();

const authentik = new AuthentikStack("auth", {
    // The keys are those in docs/configuration.md; problems are reported before anything is created.
    config: stackConfig({
        url: config.require("url"),
        prefix: "sign-in-",
        admin: { email: config.require("email") },
        server: { ports: [{ port: 9000 }] },
        outposts: [{ name: "ak-outpost-home", networks: ["backend"], ports: [{ port: 9080 }] }],
        applications: [
            {
                slug: "dashboard",
                name: "Dashboard",
                provider: {
                    type: "proxy",
                    outpost: "ak-outpost-home",
                    externalHost: "http://dashboard.localhost:9080",
                    internalHost: "http://dashboard:8000",
                },
            },
            {
                slug: "paperless",
                name: "Paperless",
                launchUrl: "http://paperless.localhost:8000",
                provider: { type: "oidc", preset: "paperless" },
            },
        ],
    }),
});

export const authentikUrl = authentik.outputs.url;
export const administrator = authentik.outputs.admin;
export const paperless = authentik.outputs.applications["paperless"]?.oidc;
