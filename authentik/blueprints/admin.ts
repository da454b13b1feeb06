import {
    type Blueprint,
    type BlueprintEntry,
    condition,
    file,
    find,
    keyOf,
    markPath,
    requires,
    secretPaths,
} from "./document";

/** Username of the account that is the stack's own, and name of its group. */
export const stackAccount = "authentik-stack";

const bootstrap = "authentik Bootstrap";
const administrator = find("authentik_core.user", ["username", "akadmin"]);
const account = (...conditions: [field: string, value: unknown][]) =>
    find("authentik_core.user", ["username", stackAccount], ...conditions);

/**
 * The user akadmin with its password and e-mail, on a first install, and the stack's own account with the API token. The
 * `AUTHENTIK_BOOTSTRAP_*` variables could do some of it too, but they do not read files.
 *
 * The account has all rights by a group of its own, so that akadmin may be disabled, renamed or deleted. It remembers the
 * akadmin that it was made with: one that authentik makes again later gets no password of ours.
 */
export function adminBlueprint(email: string): Blueprint {
    return {
        name: "admin",
        entries: [
            { ...requires(bootstrap), conditions: [condition("NAND", bootstrapped)] },
            {
                model: "authentik_core.user",
                id: "admin",
                conditions: [
                    administrator,
                    condition(
                        "OR",
                        condition("NAND", account()),
                        account(["attributes__administrator", administrator]),
                    ),
                ],
                identifiers: { username: "akadmin" },
                attrs: { name: "authentik Default Admin", email, password: file(secretPaths.adminPassword) },
            },
            ...accountEntries(),
            // Of earlier versions of this program, where it was akadmin's; the user of a token cannot be changed.
            { model: "authentik_core.token", state: "absent", identifiers: { identifier: "authentik-stack" } },
            {
                model: "authentik_core.token",
                identifiers: { identifier: "authentik-stack-api" },
                attrs: {
                    user: keyOf("account"),
                    intent: "api",
                    expiring: false,
                    description: "Managed by authentik-stack",
                    key: file(secretPaths.apiToken),
                },
            },
        ],
    };
}

/** Leaves in authentik why everything was applied last: with a restored dump, it is another reason. Applied after all others. */
export const markBlueprint: Blueprint = {
    name: "mark",
    entries: [
        {
            model: "authentik_core.group",
            identifiers: { name: stackAccount, is_superuser: true },
            attrs: { attributes: { "authentik-stack": file(markPath) } },
        },
    ],
};

/** authentik applies its own blueprint on its first start; where that is done, an akadmin that is gone was deleted. */
const bootstrapped = find("authentik_blueprints.blueprintinstance", ["name", bootstrap], ["status", "successful"]);

/** They are looked up by their rights as well: a person or a group of that name is not given any. */
function accountEntries(): BlueprintEntry[] {
    const model = "authentik_core.user";
    const identifiers = { username: stackAccount, type: "service_account" };
    const name = "authentik-stack, which manages this authentik";
    return [
        {
            model: "authentik_core.group",
            id: "group",
            identifiers: { name: stackAccount, is_superuser: true },
            attrs: {},
        },
        { model, state: "created", identifiers, attrs: { name, attributes: { administrator } } },
        {
            model,
            id: "account",
            identifiers,
            attrs: { name, path: stackAccount, is_active: true, groups: [keyOf("group")] },
        },
    ];
}

/**
 * A file that takes the place of authentik's own blueprint of the page `/if/flow/initial-setup/`, where a stranger could
 * set the administrator's password before the blueprint with the real one is applied. The page then does not exist.
 *
 * The name has to stay: authentik looks its own blueprints up by it.
 */
export const withoutInitialSetup = {
    path: "/blueprints/default/flow-oobe.yaml",
    content: "version: 1\nmetadata:\n  name: Default - Out-of-box-experience flow\nentries: []\n",
};
