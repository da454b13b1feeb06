import type { ResourceValidationPolicy } from "@pulumi/policy";

/** A policy that checks one resource at a time, like all but one of this pack. */
export type Rule = ResourceValidationPolicy & {
    validateResource: NonNullable<ResourceValidationPolicy["validateResource"]>;
};

/**
 * Whether people rely on a stack, judged by its name: `prod` or `production`, alone or before or after a hyphen, such as
 * `home-prod` or `prod-eu`.
 */
export function isProduction(urn: string): boolean {
    const stack = urn.split("::")[0]?.split(":").at(-1) ?? "";
    return /(^|-)(prod|production)(-|$)/.test(stack);
}

/**
 * The same policy twice: mandatory in production, advisory elsewhere.
 *
 * Pulumi fixes a policy's level before it tells which stack is checked, so each of the two checks only its own stacks.
 */
export function strictInProduction(rule: Rule): Rule[] {
    return [
        {
            ...rule,
            name: `${rule.name}-in-production`,
            enforcementLevel: "mandatory",
            validateResource: where(rule, true),
        },
        { ...rule, enforcementLevel: "advisory", validateResource: where(rule, false) },
    ];
}

function where(rule: Rule, production: boolean): Rule["validateResource"] {
    return [rule.validateResource]
        .flat()
        .map(
            (validate) => (args, report) =>
                isProduction(args.urn) === production ? validate(args, report) : undefined,
        );
}
