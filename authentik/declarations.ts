import { type ApplicationConfig, outpostOf } from "../config/applications";
import { adminBlueprint } from "./blueprints/admin";
import { applicationBlueprint } from "./blueprints/application";
import type { Blueprint } from "./blueprints/document";
import { outpostBlueprint } from "./blueprints/outpost";
import { blueprintChecks, type Check } from "./checks";

/** What authentik is told of: who administers it, what is signed in to, and what protects it. */
export interface Declared {
    url: string;
    admin: { email: string };
    applications: ApplicationConfig[];
    outposts: { name: string; type: string }[];
}

/**
 * The blueprints that declare it, in the order they are applied in, and what the API must say afterwards.
 *
 * @param server URL of authentik's server inside its networks.
 */
export function declarations(declared: Declared, server: string): { blueprints: Blueprint[]; checks: Check[] } {
    const { url, admin, applications, outposts } = declared;
    return {
        blueprints: [
            adminBlueprint(admin.email),
            ...applications.map(applicationBlueprint),
            ...outposts.map((outpost) => outpostBlueprint(outpost, protectedBy(outpost.name, applications), url)),
        ],
        checks: blueprintChecks(server, outposts, applications),
    };
}

/** The applications behind an outpost. */
export function protectedBy(outpost: string, applications: ApplicationConfig[]): ApplicationConfig[] {
    return applications.filter((application) => outpostOf(application) === outpost);
}
