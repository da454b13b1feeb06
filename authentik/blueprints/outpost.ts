import { type ApplicationConfig, kindOf } from "../providers";
import { type Blueprint, type BlueprintEntry, file, find, format, keyOf, secretPaths } from "./document";

/** An outpost as authentik knows it. */
export interface DeclaredOutpost {
    name: string;
    type: string;
    /** What authentik tells it. Default: log level info, and authentik's own interval. */
    config?: { logLevel: string; refreshInterval?: string };
}

/**
 * An outpost, the applications it serves, and its token, with a key that this program chooses, so that nothing has to be read from authentik.
 *
 * authentik makes the service account and the token `ak-outpost-<uuid>-api` when the outpost is created; the last
 * entry gives that token our key.
 *
 * @param authentikHost URL at which browsers reach authentik; authentik requires it here, the outpost gets its own.
 */
export function outpostBlueprint(
    outpost: DeclaredOutpost,
    applications: ApplicationConfig[],
    authentikHost: string,
): Blueprint {
    const { name, type, config } = outpost;
    return {
        name: `outpost-${name}`,
        entries: [
            {
                model: "authentik_outposts.outpost",
                id: "outpost",
                identifiers: { name },
                attrs: {
                    type,
                    providers: providersOf(applications),
                    config: configOf(authentikHost, config),
                },
            },
            {
                model: "authentik_core.token",
                identifiers: { identifier: format("ak-outpost-%s-api", keyOf("outpost")) },
                attrs: {
                    user: find(
                        "authentik_core.user",
                        ["path", "goauthentik.io/outposts"],
                        ["name", `Outpost ${name} Service-Account`],
                    ),
                    intent: "api",
                    expiring: false,
                    key: file(secretPaths.outpostToken(name)),
                },
            },
        ],
        owned: {
            [`outpost ${name}`]: [{ model: "authentik_outposts.outpost", state: "absent", identifiers: { name } }],
        },
    };
}

/** What authentik calls the outpost in its server. Source: authentik/outposts/apps.py, MANAGED_OUTPOST. */
export const embeddedManaged = "goauthentik.io/outposts/embedded";

/**
 * The applications of the outpost in authentik's server, which is there already and has its token. No other application is
 * left to it: what of the list is not in the configuration is taken out.
 */
export function embeddedBlueprint(applications: ApplicationConfig[], authentikHost: string): Blueprint {
    const entry = (providers: unknown[]): BlueprintEntry => ({
        model: "authentik_outposts.outpost",
        identifiers: { managed: embeddedManaged },
        attrs: { name: "authentik Embedded Outpost", type: "proxy", providers, config: configOf(authentikHost) },
    });
    return {
        name: "outpost-embedded",
        entries: [entry(providersOf(applications))],
        // It stays without applications: authentik makes it again.
        owned: { "applications of the outpost in authentik's server": [entry([])] },
    };
}

function providersOf(applications: ApplicationConfig[]): unknown[] {
    return applications.map((application) => find(kindOf(application).model, ["name", application.slug]));
}

function configOf(authentikHost: string, own?: DeclaredOutpost["config"]): object {
    const { logLevel = "info", refreshInterval } = own ?? {};
    return {
        authentik_host: `${authentikHost}/`,
        log_level: logLevel,
        ...(refreshInterval === undefined ? {} : { refresh_interval: refreshInterval }),
    };
}
