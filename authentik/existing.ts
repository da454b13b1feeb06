import { type CertificateFacts, sharedCertificates } from "./certificates";
import { accessOf, membersOf, type Way } from "./access";
import { secretPaths } from "./blueprints/document";
import { kindOf } from "./providers";

/**
 * What existing.py has to know: what it may take over of that which exists in authentik under another name, the only bindings
 * that may be left, and the certificates that must not take the place of another one.
 */
export interface Existing {
    /** URL of authentik's server inside its networks. */
    server: string;
    /** File with a bearer token. */
    token: string;
    /** Those that authentik gets, as PEM. */
    certificates: { name: string; certificate: string }[];
    applications: {
        slug: string;
        /** Where the API has the objects of the provider's model, e.g. `providers/oauth2`. */
        list: string;
        /** By which a provider of OpenID Connect is known, whatever its name. */
        clientId?: string;
        /** The ways into the application; undefined where the configuration leaves them to authentik. */
        access?: Bound[];
        /** Those to each of its entitlements, by name. */
        entitlements: Record<string, Bound[]>;
    }[];
}

type Bound = [kind: Way["kind"], name: string];

/** What exists already and concerns these applications and certificates. */
export function existingObjects(declared: CertificateFacts, server: string): Existing {
    return {
        server,
        token: secretPaths.apiToken,
        certificates: sharedCertificates(declared).map(({ name, certificate }) => ({ name, certificate })),
        applications: declared.applications.map((application) => {
            const { slug, entitlements } = application;
            const kind = kindOf(application);
            const access = accessOf(application, kind.account?.(application));
            const clientId = kind.clientId?.(application);
            return {
                slug,
                list: kind.model.replace(/^authentik_providers_(\w+)\..*$/, "providers/$1"),
                ...(clientId === undefined ? {} : { clientId }),
                ...(access && { access: access.ways.map(bound) }),
                entitlements: Object.fromEntries(
                    entitlements.map((entitlement) => [entitlement.name, membersOf(entitlement).map(bound)]),
                ),
            };
        }),
    };
}

function bound({ kind, name }: Way): Bound {
    return [kind, name];
}
