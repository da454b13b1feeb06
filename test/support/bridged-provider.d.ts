/**
 * The SDK @pulumi/authentik as far as examples/provider uses it, so that it is type-checked without the SDK, which
 * `pulumi install` generates there. Source: the generated SDK of goauthentik/authentik 2025.8.1, pulumi-authentik on PyPI.
 */
import * as pulumi from "@pulumi/pulumi";

export interface ProviderArgs {
    url: pulumi.Input<string>;
    token: pulumi.Input<string>;
    headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    insecure?: pulumi.Input<boolean>;
}

export declare class Provider extends pulumi.ProviderResource {
    public constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions);
}

export interface GroupArgs {
    /** JSON. */
    attributes?: pulumi.Input<string>;
    isSuperuser?: pulumi.Input<boolean>;
    name?: pulumi.Input<string>;
    parent?: pulumi.Input<string>;
    roles?: pulumi.Input<pulumi.Input<string>[]>;
    users?: pulumi.Input<pulumi.Input<number>[]>;
}

export declare class Group extends pulumi.CustomResource {
    public readonly groupId: pulumi.Output<string>;
    public constructor(name: string, args?: GroupArgs, opts?: pulumi.CustomResourceOptions);
}

export interface ApplicationArgs {
    slug: pulumi.Input<string>;
    backchannelProviders?: pulumi.Input<pulumi.Input<number>[]>;
    group?: pulumi.Input<string>;
    metaDescription?: pulumi.Input<string>;
    metaIcon?: pulumi.Input<string>;
    metaLaunchUrl?: pulumi.Input<string>;
    metaPublisher?: pulumi.Input<string>;
    name?: pulumi.Input<string>;
    openInNewTab?: pulumi.Input<boolean>;
    policyEngineMode?: pulumi.Input<string>;
    protocolProvider?: pulumi.Input<number>;
}

export declare class Application extends pulumi.CustomResource {
    public readonly uuid: pulumi.Output<string>;
    public constructor(name: string, args: ApplicationArgs, opts?: pulumi.CustomResourceOptions);
}

export interface PolicyBindingArgs {
    order: pulumi.Input<number>;
    target: pulumi.Input<string>;
    enabled?: pulumi.Input<boolean>;
    failureResult?: pulumi.Input<boolean>;
    group?: pulumi.Input<string>;
    negate?: pulumi.Input<boolean>;
    policy?: pulumi.Input<string>;
    timeout?: pulumi.Input<number>;
    user?: pulumi.Input<number>;
}

export declare class PolicyBinding extends pulumi.CustomResource {
    public constructor(name: string, args: PolicyBindingArgs, opts?: pulumi.CustomResourceOptions);
}
