import type { ResourceValidationPolicy } from "@pulumi/policy";

/** A policy of one function, which is all that this pack has. */
export type Rule = ResourceValidationPolicy & {
    validateResource: NonNullable<ResourceValidationPolicy["validateResource"]>;
};

/**
 * True for a stack that people rely on, by its name: `prod`, `production`, and what ends in either or begins with it,
 * such as `home-prod` or `prod-eu`.
 */
export function isProduction(urn: string): boolean {
    const stack = urn.split("::")[0]?.split(":").at(-1) ?? "";
    return /(^|-)(prod|production)(-|$)/.test(stack);
}

/**
 * The same policy twice: mandatory in production, advisory elsewhere.
 *
 * Pulumi fixes a policy's level before it says which stack it is for, so each of the two looks at its own stacks only.
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
