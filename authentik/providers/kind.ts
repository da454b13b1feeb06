import type { z } from "zod";
import { httpUrl } from "../../ground/fields";
import type { Report } from "../../ground/problems";
import type { Application } from "../applications";
import type { Attributes } from "../attributes";
import { type BlueprintEntry, secretPaths } from "../blueprints/document";
import { type Check, type DeviceCheck, listed } from "../checks";
import type { Release } from "../releases";
import type { OutpostType } from "../roles";

/**
 * A kind of provider: all that this program knows of one way to sign in. A new kind is an object of this type in a file
 * of its own and a line of the registry (index.ts); docs/contributing.md shows one being added.
 *
 * Methods get applications whose provider is of this kind.
 */
export interface Kind<Provider extends { type: string; attributes: Attributes }> {
    /** What the documentation calls it, e.g. `RADIUS`. */
    title: string;
    /** Its keys in the configuration; what they say to each other is for {@link Kind.review}. */
    schema: z.ZodType<Provider>;
    /** authentik's model, e.g. `authentik_providers_radius.radiusprovider`. */
    model: string;
    /** False when nobody signs in through it: authentik itself calls the application (a backchannel provider). */
    signsIn: boolean;
    /** Type of the outposts that serve it; undefined when authentik's server does, and there is no key `outpost`. */
    outpost: Provider extends { outpost: string } ? OutpostType : undefined;
    /** The one secret that an application of this kind has; undefined when it never has one. */
    secret: KindSecret<Provider> | undefined;

    /**
     * Attributes of authentik's model that keys of the configuration decide, with what to use instead of `attributes`.
     * All others can be set there, those that {@link Kind.declare} writes as well.
     */
    keys: Record<string, string>;
    /** Objects beside the provider for which the configuration takes attributes. Default: none. */
    part?: {
        /** What the documentation calls one of them. */
        title: string;
        model: string;
        keys: Record<string, string>;
        /** Those of a provider, each with its place below it. */
        of(provider: Provider): { attributes: Attributes; path: (string | number)[] }[];
    };
    /** By which the application is known to authentik whatever its name. Default: nothing. */
    clientId?(application: Application<Provider>): string;
    /** User name with which the application itself signs in, and always may. Default: none. */
    account?(application: Application<Provider>): string;

    /** The blueprint entries that declare the provider in a release. */
    declare(application: Application<Provider>, release: Release): ProviderDeclaration;
    /** What the application has to know, by the names that the stack's outputs use. */
    output(application: Application<Provider>, context: OutputContext): object;
    /** What the API must answer once the blueprints were applied, beside the application with its provider. */
    checks(application: Application<Provider>, server: string): Check[];
    /** What must be answered when a person could sign in, where that can be asked without a person's account. */
    serving(
        application: Application<Provider>,
        outpost: ReachableOutpost,
        around: Around<Provider>,
    ): (Check | DeviceCheck)[];
    /**
     * Reports what is wrong between keys, or between applications of this kind.
     *
     * @param stack the keys `url`, `prefix` and `version`; undefined when they are wrong themselves.
     */
    review(applications: Reviewed<Provider>[], stack: { url?: string; prefix?: string; version?: string }): void;
}

/** The secret of an application: the file in which blueprints find it is `secretPaths.application(slug)`. */
export interface KindSecret<Provider> {
    /** What the outputs and the documentation call it, e.g. `sharedSecret`. */
    name: string;
    /** Whether this program generates it, or the application does and the user sets it under `secrets`. */
    origin: "generated" | "supplied";
    /** False for an application that has none, such as a public client. */
    exists(application: Application<Provider>): boolean;
    /** True when the outpost keeps it in memory: it has to be replaced to refuse the previous one. */
    cached(application: Application<Provider>): boolean;
}

/** The part of an application's blueprint that differs between kinds of providers. */
export interface ProviderDeclaration {
    /** Names of authentik's own blueprints that must have been applied. */
    requires: string[];
    attrs: Record<string, unknown>;
    /** Attributes that are authentik's own again once they are declared no longer. */
    passing?: Record<string, unknown>;
    /** Object permissions on the provider. */
    permissions?: BlueprintEntry["permissions"];
    /** Objects that the provider refers to. */
    before?: BlueprintEntry[];
    /** Objects that refer to the provider, by `!KeyOf provider`, and have a name in it. */
    after?: ProviderPart[];
}

/** An object that refers to its provider; `passing` as in {@link ProviderDeclaration}. */
interface ProviderPart {
    model: string;
    identifiers: { name: string; provider: unknown };
    attrs: Record<string, unknown>;
    passing: Record<string, unknown>;
}

/** What an application's output is made from. */
export interface OutputContext {
    /** URL at which browsers reach authentik. */
    base: string;
    /** The application's secret; empty when it has none. */
    secret: string;
    /** Every outpost of the stack. */
    outposts: ReachableOutpost[];
}

/** What is around an application that is asked for. */
export interface Around<Provider> {
    /** URL of authentik's server inside its networks. */
    server: string;
    /** Every application behind the outpost. */
    applications: Application<Provider>[];
}
/** Where an application is that signs people in itself. */
export const upstream = httpUrl
    .optional()
    .describe(
        "URL to which the gateway forwards the host of `launchUrl`; default: the gateway does not serve that host",
    );

/** An outpost, as containers on its networks reach it. */
export interface ReachableOutpost {
    /** Name of the outpost. */
    outpost: string;
    /** E.g. `http://ak-outpost-organizr:9000`. */
    internalUrl: string;
}

/** An application under {@link Kind.review}. */
export interface Reviewed<Provider> {
    application: Application<Provider>;
    /** Takes paths below the application, e.g. `["provider", "clientId"]`. */
    report: Report;
}

/**
 * authentik has the certificate with whose key a provider signs: where it has none, the provider is made without, and its
 * tokens are signed with the client secret.
 */
export function signingKeyExists(slug: string, name: string, server: string): Check {
    const list = "crypto/certificatekeypairs";
    return listed(`certificate ${name}, the signingKey of ${slug}`, list, { name }, server, { has_key: "true" });
}

/** An outpost has its connection to the server, through which it learns what changes. */
export function connectedOutpost(slug: string, outpost: string, server: string): DeviceCheck {
    const name = `the outpost ${outpost} of ${slug}`;
    return { name, asks: "connection", url: server, outpost, token: secretPaths.apiToken };
}

/** The worker has granted the application to its outpost: the outpost finds it in its list of the API, by its own token. */
export function granted(server: string, type: OutpostType, slug: string, outpost: string): Check {
    return {
        name: `${slug} granted to outpost ${outpost}`,
        url: `${server}/api/v3/outposts/${type}/`,
        token: secretPaths.outpostToken(outpost),
        status: 200,
        result: { name: slug },
    };
}
