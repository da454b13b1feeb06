import { z } from "zod";
import { judged, section, text } from "../ground/fields";
import type { Report } from "../ground/problems";
import { indented, pythonProblem, pythonText } from "../ground/python";

const groups = z
    .array(text("must be the name of a group, such as family", /\S/), {
        error: "must be a list of groups, such as [family]",
    })
    .default([]);
const users = z
    .array(text("must be a user name, such as alice", /\S/), { error: "must be a list of user names, such as [alice]" })
    .default([]);

const access = section({
    mode: z
        .enum(["any", "all"], { error: "must be one of any, all" })
        .default("any")
        .describe("`any`: one of groups, users and expression is enough; `all`: every one of them is required"),
    groups: groups.describe("groups whose members have access; a missing group is created"),
    users: users.describe("user names of people who have access"),
    expression: judged(
        "must be a Python expression, such as return request.user.email.endswith('@example.com')",
        pythonProblem,
    )
        .refine((value) => /\S/.test(value), { error: "is empty; write an expression, or remove it" })
        .optional()
        .describe("expression policy in Python, which returns whether the person has access; default: none"),
});

const entitlement = section({
    name: text("must be the name of an entitlement, such as editors", /\S/).describe("its name in the application"),
    groups: groups.describe("groups whose members have it; a missing group is created"),
    users: users.describe("user names of people who have it"),
    attributes: z
        .record(z.string(), z.unknown(), { error: "must be an object" })
        .optional()
        .describe("attributes that the application receives with it"),
});

/** Who may enter an application, and what they may do in it. */
export const accessFields = {
    group: text("must be the name of a group, such as family", /\S/)
        .optional()
        .describe("short form of access for one group; default: everybody with an account"),
    access: access
        .optional()
        .describe(
            "who has access, and nobody else: an update removes and reports all other bindings of the application in authentik. Default: as set in authentik, initially everybody with an account",
        ),
    entitlements: z
        .array(entitlement)
        .default([])
        .describe("what people may do in the application; authentik sends it in the scope `entitlements`"),
};

export type Entitlement = z.infer<typeof entitlement>;

interface Restricted {
    slug: string;
    group?: string | undefined;
    access?: z.infer<typeof access> | undefined;
    entitlements: Entitlement[];
}

/** One way in: the group, the user or the policy that a binding of authentik names. */
export type Way = { kind: "group" | "user"; name: string } | { kind: "policy"; name: string; expression: string };

/** Who may enter, as authentik is told. */
export interface Access {
    mode: "any" | "all";
    ways: Way[];
}

/**
 * Who may enter an application; undefined where the configuration does not say.
 *
 * Up to 2025.12.4 authentik takes one of several groups and users for enough where all have to hold, so these become a policy.
 * Source: PolicyEngine.compute_static_bindings in authentik/policies/engine.py.
 *
 * @param account user name with which the application itself signs in, and may always. Default: none.
 */
export function accessOf({ slug, group, access }: Restricted, account?: string): Access | undefined {
    if (access === undefined && group === undefined) return undefined;
    const { mode, groups, users, expression } = access ?? { mode: "any", groups: [group ?? ""], users: [] };
    const people = membersOf({ groups, users });
    const policy = (what: string, body: string): Way => ({
        kind: "policy",
        name: `${slug}: ${what}`,
        expression: mode === "any" || account === undefined ? body : unless(account, body),
    });
    const own = expression === undefined ? [] : [policy("access", expression)];
    if (mode === "any")
        return {
            mode,
            ways: [...people, ...membersOf({ groups: [], users: account === undefined ? [] : [account] }), ...own],
        };
    if (people.length === 0 || (people.length === 1 && account === undefined))
        return { mode, ways: [...people, ...own] };
    return { mode, ways: [policy("groups and users", `return ${people.map(isMember).join(" and ")}`), ...own] };
}

/** Those whom an entitlement names. */
export function membersOf({ groups, users }: Pick<Entitlement, "groups" | "users">): Way[] {
    return [
        ...groups.map((name): Way => ({ kind: "group", name })),
        ...users.map((name): Way => ({ kind: "user", name })),
    ];
}

function isMember({ kind, name }: Way): string {
    return kind === "group"
        ? `ak_is_group_member(request.user, name=${pythonText(name)})`
        : `request.user.username == ${pythonText(name)}`;
}

function unless(account: string, body: string): string {
    return `def allowed():\n${indented(body)}\nreturn ${isMember({ kind: "user", name: account })} or allowed()`;
}

/** Reports what the keys about access say against each other. */
export function reviewAccess({ group, access, entitlements }: Restricted, report: Report): void {
    if (access !== undefined) {
        const { mode, groups, users, expression } = access;
        if (group !== undefined) report(["group"], "is the short form of access.groups; use one of the two");
        if (groups.length + users.length === 0 && expression === undefined)
            report(
                ["access"],
                "gives nobody access; add groups, users or an expression, or remove it to give everybody access",
            );
        if (mode === "all" && new Set(users).size > 1)
            report(["access", "users"], "has several users, and nobody is all of them; use the mode any, or a group");
    }
    const names = entitlements.map(({ name }) => name);
    for (const [index, name] of names.entries())
        if (names.indexOf(name) < index)
            report(["entitlements", index, "name"], "is the name of another entitlement of this application");
}
