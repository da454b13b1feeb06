import type {
    Policies,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";

/** A resource as a policy gets it. */
export interface Checked {
    /** Default: a container. */
    type?: string;
    props: Record<string, unknown>;
    name?: string;
    /** Component that it belongs to, e.g. `Server`. Default: none. */
    component?: string;
    protect?: boolean;
    /** Default: dev. */
    stack?: string;
    /** The policy's own configuration. */
    config?: object;
    /** Default: made from `stack`, `component` and `name`. */
    urn?: string;
    /** The resources that an input is made from. */
    madeFrom?: Record<string, PolicyResource[]>;
}

/** What a policy says of one resource. */
export async function violations(policy: ResourceValidationPolicy, checked: Checked): Promise<string[]> {
    const reported: string[] = [];
    for (const validate of [policy.validateResource ?? []].flat())
        await validate(argsOf(checked), (message) => reported.push(message));
    return reported;
}

/** What a policy says of a stack, as `<resource>: <message>`. */
export async function stackViolations(policy: StackValidationPolicy, checked: Checked[]): Promise<string[]> {
    const reported: string[] = [];
    const resources = checked.map(resourceOf);
    await policy.validateStack(
        { resources, stackTags: new Map(), getConfig: none, notApplicable },
        (message, urn = "") => reported.push(`${urn.split("::").at(-1)}: ${message}`),
    );
    return reported;
}

/**
 * What the whole pack says of a stack, as `<policy> <resource>: <message>`.
 *
 * @param config of each policy, by its name.
 */
export async function packViolations(
    policies: Policies,
    checked: Checked[],
    config: Record<string, object> = {},
): Promise<string[]> {
    const reported: string[] = [];
    for (const policy of policies) {
        if ("validateStack" in policy)
            reported.push(...(await stackViolations(policy, checked)).map((message) => `${policy.name} ${message}`));
        else
            for (const resource of checked) {
                const messages = await violations(policy, { ...resource, config: config[policy.name] ?? {} });
                reported.push(...messages.map((message) => `${policy.name} ${resource.name ?? "it"}: ${message}`));
            }
    }
    return reported;
}

/** A resource as policies of stacks get it. */
export function resourceOf(checked: Checked): PolicyResource {
    const { type, props, urn, name, opts } = argsOf(checked);
    const { madeFrom = {} } = checked;
    return {
        type,
        props,
        urn,
        name,
        opts,
        dependencies: [],
        propertyDependencies: madeFrom,
        isType: () => false,
        asType: () => undefined,
    };
}

/** A value that is not known yet: reading it ends with an error, as the SDK does it. */
export function withUnknown<T extends object>(value: T, ...keys: (keyof T)[]): T {
    return new Proxy(value, {
        get: (target, key) => {
            if (keys.map(String).includes(String(key)))
                throw new Error(`string value at .${String(key)} can't be known`);
            return target[key as keyof T];
        },
    });
}

function argsOf(checked: Checked): ResourceValidationArgs {
    const { type = "docker:index/container:Container", props, name = "it", component, protect = false } = checked;
    const { stack = "dev", config = {} } = checked;
    const parents =
        component === undefined ? "" : `authentik-stack:index:AuthentikStack$authentik-stack:index:${component}$`;
    return {
        type,
        props,
        name,
        urn: checked.urn ?? `urn:pulumi:${stack}::authentik-stack::${parents}${type}::${name}`,
        opts: {
            protect,
            ignoreChanges: [],
            aliases: [],
            additionalSecretOutputs: [],
            customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
        },
        stackTags: new Map(),
        isType: () => false,
        asType: () => undefined,
        getConfig: <T extends object>() => config as T,
        notApplicable,
    };
}

function none<T extends object>(): T {
    return {} as T;
}

function notApplicable(): never {
    throw new Error("a policy says that it is not applicable");
}
