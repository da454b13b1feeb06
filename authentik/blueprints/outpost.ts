import { type ApplicationConfig, kindOf } from "../providers";
import { type Blueprint, file, find, format, keyOf, secretPaths } from "./document";

/**
 * An outpost, the applications it serves, and its token, with a key that this program chooses, so that nothing has to be read from authentik.
 *
 * authentik makes the service account and the token `ak-outpost-<uuid>-api` when the outpost is created; the last
 * entry gives that token our key.
 *
 * @param authentikHost URL at which browsers reach authentik; authentik requires it here, the outpost gets its own.
 */
export function outpostBlueprint(
    outpost: { name: string; type: string },
    applications: ApplicationConfig[],
    authentikHost: string,
): Blueprint {
    const { name, type } = outpost;
    return {
        name: `outpost-${name}`,
        entries: [
            {
                model: "authentik_outposts.outpost",
                id: "outpost",
                identifiers: { name },
                attrs: {
                    type,
                    providers: applications.map((application) =>
                        find(kindOf(application).model, ["name", application.slug]),
                    ),
                    config: { authentik_host: `${authentikHost}/`, log_level: "info" },
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
