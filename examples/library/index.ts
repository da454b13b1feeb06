/**
 * A program that runs its own authentik, made with the components of authentik-stack. To run it from a clone of that
 * project: `npm install && npm run build` there, then `npm install` here.
 */
import * as pulumi from "@pulumi/pulumi";
import { AuthentikStack, DockerHost, stackConfig } from "authentik-stack";

export = async () => {
    const settings = new pulumi.Config();
    // The keys are those of docs/configuration.md; what is wrong is reported before anything is created.
    const config = stackConfig({
        url: settings.require("url"),
        prefix: "sign-in-",
        admin: { email: settings.require("email") },
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
                    internalHost: "http://host.docker.internal:8000",
                },
            },
            {
                slug: "paperless",
                name: "Paperless",
                launchUrl: "http://paperless.localhost:8000",
                provider: { type: "oidc", preset: "paperless" },
            },
        ],
    });
    const { outputs } = new AuthentikStack("auth", {
        config,
        // Looks at what runs already, so that what stopped is waited for again.
        runtime: await DockerHost.observed({ prefix: config.prefix }),
        transform: {
            // The dashboard runs on the Docker host itself, in no container.
            "ak-outpost-home": (args) => {
                args.hosts = [{ host: "host.docker.internal", ip: "host-gateway" }];
            },
        },
    });
    return {
        authentikUrl: outputs.url,
        administrator: outputs.admin,
        paperless: outputs.applications["paperless"]?.oidc,
    };
};
