import { isShownAsIs, outpostOf, protectedBy } from "./applications";
import { attributeChecks } from "./attributes";
import { adminBlueprint, stackAccount } from "./blueprints/admin";
import { applicationBlueprint } from "./blueprints/application";
import { bindBlueprint } from "./blueprints/bind";
import { type Blueprint, secretPaths } from "./blueprints/document";
import { type DeclaredOutpost, embeddedBlueprint, embeddedManaged, outpostBlueprint } from "./blueprints/outpost";
import { certificateBlueprints, certificateChecks, type CertificateFacts } from "./certificates";
import { type Check, type DeviceCheck, listed } from "./checks";
import { type Existing, existingObjects } from "./existing";
import { type ApplicationConfig, attributedOf, kindOf } from "./providers";
import type { ReachableOutpost } from "./providers/kind";
import { releaseOf } from "./releases";
import { embeddedOutpost } from "./roles";

/**
 * What is declared in authentik: its administrator, the applications, and the outposts in front of them.
 *
 * @example
 * const declared: Declared = stackConfig({ url: "https://auth.example.com", admin: { email: "admin@example.com" } });
 */
export interface Declared extends CertificateFacts {
    version: string;
    url: string;
    admin: { email: string };
    outposts: DeclaredOutpost[];
}

/**
 * The blueprints that declare it, in the order they are applied in, what exists already and concerns them, and what the API
 * must answer afterwards: `ak
 * apply_blueprint` exits with 0 in cases where it did not do what the file says, e.g. when an object that it looks up is
 * missing and the field may be empty.
 *
 * @param server URL of authentik's server inside its networks, e.g. `http://authentik-server:9000`.
 * @example
 * const { blueprints, checks } = declarations(config, server.internalUrl);
 */
export function declarations(
    declared: Declared,
    server: string,
): { blueprints: Blueprint[]; checks: Check[]; existing: Existing } {
    const { url, admin, applications, outposts } = declared;
    const release = releaseOf(declared.version);
    const served = outposts.map((outpost) => ({ outpost, applications: protectedBy(outpost.name, applications) }));
    const byServer = protectedBy(embeddedOutpost, applications);
    return {
        blueprints: [
            adminBlueprint(admin.email),
            ...certificateBlueprints(declared),
            ...(applications.some(({ provider }) => "secondFactor" in provider) ? [bindBlueprint] : []),
            ...applications.map((application) => applicationBlueprint(application, release)),
            ...served.map(({ outpost, applications: own }) => outpostBlueprint(outpost, own, url)),
            ...(byServer.length === 0 ? [] : [embeddedBlueprint(byServer, url)]),
        ],
        existing: existingObjects(declared, server),
        checks: [
            {
                name: "the stack's own account with its API token",
                url: `${server}/api/v3/core/users/?${new URLSearchParams({ username: stackAccount }).toString()}`,
                token: secretPaths.apiToken,
                status: 200,
                result: { username: stackAccount, is_superuser: true },
            },
            ...certificateChecks(declared, server),
            ...applications.map((application) => applicationCheck(application, server)),
            ...served.map(({ outpost, applications: own }) => outpostCheck(outpost, own, server)),
            ...(byServer.length === 0 ? [] : [embeddedCheck(byServer, server)]),
            ...applications.flatMap((application) => [
                ...attributedOf(application).flatMap((one) => attributeChecks(one, application.slug, server)),
                ...accessChecks(application, server),
                ...kindOf(application).checks(application, server),
            ]),
        ],
    };
}

/**
 * What must be answered when a person could sign in: the login page, the front page, and by every outpost what the applications
 * behind it ask for: a device binds to a directory, a network device asks a RADIUS server.
 */
export function servingChecks(
    server: string,
    outposts: ReachableOutpost[],
    applications: ApplicationConfig[],
): (Check | DeviceCheck)[] {
    return [
        { name: "the login page", url: `${server}/if/flow/default-authentication-flow/`, status: 200 },
        ...applications.flatMap((application) =>
            outposts
                .filter(({ outpost }) => outpost === outpostOf(application))
                .flatMap((outpost) => {
                    const around = { server, applications: protectedBy(outpost.outpost, applications) };
                    return kindOf(application).serving(application, outpost, around);
                }),
        ),
        // Without the flag of 2026.5 that the setup is done, it leads to a setup page that is not there.
        { name: "the front page", url: `${server}/`, follows: true, status: 200 },
    ];
}

function applicationCheck(application: ApplicationConfig, server: string): Check {
    const { slug, name, icon } = application;
    const isUpload = icon !== undefined && !isShownAsIs(icon);
    const provider = { name: slug };
    return {
        name: `application ${slug}`,
        url: `${server}/api/v3/core/applications/?superuser_full_list=true&slug=${encodeURIComponent(slug)}`,
        token: secretPaths.apiToken,
        status: 200,
        result: {
            slug,
            name,
            // The API shows it under this name in every release, and as it is; of an uploaded file up to 2025.10 the URL.
            ...(icon === undefined || isUpload ? {} : { meta_icon: icon }),
            ...(kindOf(application).signsIn ? { provider_obj: provider } : { backchannel_providers_obj: [provider] }),
        },
        ...(isUpload ? { filled: ["meta_icon"] } : {}),
    };
}

/** The users who are named are there: authentik does not say which one is missing. */
function accessChecks({ slug, access, entitlements }: ApplicationConfig, server: string): Check[] {
    const users = [...(access?.users ?? []), ...entitlements.flatMap((one) => one.users)];
    return [...new Set(users)].map((username) =>
        listed(`user ${username}, whom ${slug} names`, "core/users", { username }, server),
    );
}

/** The server's own outpost has its applications. */
function embeddedCheck(applications: ApplicationConfig[], server: string): Check {
    const managed = embeddedManaged;
    return {
        name: "the outpost in authentik's server",
        url: `${server}/api/v3/outposts/instances/?${new URLSearchParams({ managed__iexact: managed }).toString()}`,
        token: secretPaths.apiToken,
        status: 200,
        result: { managed, providers_obj: applications.map(({ slug }) => ({ name: slug })) },
    };
}

/** The outpost exists with its applications, and its own token works. */
function outpostCheck(
    { name, type }: Declared["outposts"][number],
    applications: ApplicationConfig[],
    server: string,
): Check {
    return {
        name: `outpost ${name} with its token`,
        url: `${server}/api/v3/outposts/instances/`,
        token: secretPaths.outpostToken(name),
        status: 200,
        result: { name, type, providers_obj: applications.map(({ slug }) => ({ name: slug })) },
    };
}
