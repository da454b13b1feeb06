import type { Access, Entitlement, Way } from "../access";
import { membersOf } from "../access";
import { type BlueprintEntry, find, keyOf } from "./document";

const bindings = "authentik_policies.policybinding";
const policies = "authentik_policies_expression.expressionpolicy";
const entitlements = "authentik_core.applicationentitlement";

/** Who may enter the application of the same blueprint; without a binding everybody with an account may. */
export function mayEnter(access: Access): BlueprintEntry[] {
    return waysTo("application", access.ways);
}

/** What people may do in the application of the same blueprint. */
export function entitled(declared: Entitlement[]): BlueprintEntry[] {
    return declared.flatMap((entitlement) => {
        const { name, attributes } = entitlement;
        const id = `entitlement ${name}`;
        return [
            {
                model: entitlements,
                id,
                identifiers: { app: keyOf("application"), name },
                ...(attributes && { attrs: { attributes } }),
            },
            ...waysTo(id, membersOf(entitlement)),
        ];
    });
}

/** What takes each of these ways away again, by a name of its own. Groups and users stay: they are the user's own. */
export function mayNoLongerEnter(slug: string, { ways }: Access): Record<string, BlueprintEntry[]> {
    return Object.fromEntries(
        ways.map((way) => [`${way.kind} ${way.name} at application ${slug}`, [withdrawn(slug, way)]]),
    );
}

/** What removes each of these entitlements again. */
export function noLongerEntitled(slug: string, declared: Entitlement[]): Record<string, BlueprintEntry[]> {
    const app = find("authentik_core.application", ["slug", slug]);
    return Object.fromEntries(
        declared.map(({ name }) => [
            `entitlement ${name} of application ${slug}`,
            [{ model: entitlements, state: "absent", identifiers: { app, name } }],
        ]),
    );
}

function withdrawn(slug: string, way: Way): BlueprintEntry {
    if (way.kind === "policy") return { model: policies, state: "absent", identifiers: { name: way.name } };
    const target = find("authentik_core.application", ["slug", slug]);
    const member = memberOf(way);
    return {
        model: bindings,
        state: "absent",
        // Where the group is gone its binding is as well, and what is left would be any binding without a group.
        conditions: [member],
        identifiers: { target, [way.kind]: member },
    };
}

/** Bindings to what has this id; the order is where they stand in the configuration. */
function waysTo(id: string, ways: Way[]): BlueprintEntry[] {
    return ways.flatMap((way, order): BlueprintEntry[] => {
        const target = keyOf(id);
        const attrs = { order, enabled: true, negate: false, timeout: 30, failure_result: false };
        if (way.kind === "policy")
            return [
                {
                    model: policies,
                    id: way.name,
                    identifiers: { name: way.name },
                    attrs: { expression: way.expression },
                },
                { model: bindings, identifiers: { target, policy: keyOf(way.name) }, attrs },
            ];
        return [
            ...(way.kind === "group" ? [{ model: "authentik_core.group", identifiers: { name: way.name } }] : []),
            { model: bindings, identifiers: { target, [way.kind]: memberOf(way) }, attrs },
        ];
    });
}

function memberOf({ kind, name }: Way): unknown {
    return kind === "group"
        ? find("authentik_core.group", ["name", name])
        : find("authentik_core.user", ["username", name]);
}
