import type * as pulumi from "@pulumi/pulumi";
import { adminSecrets } from "../authentik/blueprints/admin";
import { outpostTokenPath } from "../authentik/blueprints/outpost";
import type { Credentials } from "./credentials";
import type { WorkloadFile } from "./runtime/workload";

/** The secrets of authentik itself. */
export interface AuthentikSecrets {
    /** Signs cookies and tokens; constant for as long as the database lives. */
    secretKey: pulumi.Output<string>;
    adminPassword: pulumi.Output<string>;
    /** Token of the API, of the administrator. */
    apiToken: pulumi.Output<string>;
    /** Token of each outpost, by name. */
    outposts: Record<string, pulumi.Output<string>>;
}

/** Makes, or takes from the configuration, each secret of authentik itself. */
export function authentikSecrets(
    name: string,
    credentials: Credentials,
    outposts: string[],
    opts: pulumi.CustomResourceOptions,
): AuthentikSecrets {
    return {
        secretKey: credentials.secret("secret-key", name, opts),
        adminPassword: credentials.secret("admin-password", name, opts),
        apiToken: credentials.secret("api-token", name, opts),
        outposts: Object.fromEntries(
            outposts.map((outpost) => [outpost, credentials.secret(`outpost/${outpost}`, name, opts)]),
        ),
    };
}

/** The secrets that blueprints read, as the files they read them from. */
export function blueprintFiles(secrets: AuthentikSecrets): WorkloadFile[] {
    return [
        { path: adminSecrets.password, content: secrets.adminPassword },
        { path: adminSecrets.token, content: secrets.apiToken },
        ...Object.entries(secrets.outposts).map(([outpost, content]) => ({ path: outpostTokenPath(outpost), content })),
    ];
}
