import type { Input } from "@pulumi/pulumi";
import { z } from "zod";
import { imagePins } from "../authentik/images";
import { application } from "../authentik/providers";
import { versionError, versionPattern } from "../authentik/releases";
import { allRoles, type ImageKey, roles } from "../authentik/roles";
import { settings } from "../authentik/settings";
import { image, limits, name as certificateName, origin, publishedPort, section, text, whole } from "../ground/fields";
import type { Report } from "../ground/problems";
import { backup } from "./backup";
import { certificates } from "./certificates";
import { blueprints } from "./blueprints";
import { containers } from "./containers";
import { consumers, networks, postgres, redis } from "./data";
import { email } from "./email";
import { gateway } from "./gateway";
import { outpost } from "./outposts";
import { replicas, runtime, swarm } from "./runtime";
import { type SecretOutput, suppliedSecrets } from "./secrets";
import { volumes } from "./volumes";

const imageFields = Object.fromEntries(
    allRoles.map(({ image: { key, runs } }) => [key, image.optional().describe(runs)]),
) as Record<ImageKey, z.ZodOptional<typeof image>>;

/** Every key of the configuration: the one source of types, defaults, messages and docs/configuration.md. */
export const schema = section({
    version: text(versionError, versionPattern)
        .default(imagePins.tags.authentik)
        .describe("authentik release; server, worker and outposts share it"),
    allowUntested: z
        .boolean()
        .default(false)
        .describe(
            "also allows releases that this program was not tested with, release candidates, and releases with known faults",
        ),
    url: origin().describe("URL at which a browser reaches authentik"),
    prefix: text("must be lower-case letters and digits ending in a hyphen, such as staging-", /^([a-z0-9]+-)*$/)
        .default("")
        .describe("prefix of every name, so that several environments can run on one host"),
    runtime,
    swarm,
    admin: section({
        email: z
            .email({ error: "must be an e-mail address, such as admin@example.com" })
            .describe("e-mail address of akadmin"),
    }).describe("the user akadmin"),
    images: section(imageFields).prefault({}).describe("images to run; default: the official ones of the release"),
    networks,
    postgres,
    redis,
    consumers,
    volumes,
    server: section({
        ports: z.array(publishedPort).default([]).describe("ports of the host that publish it"),
        certificate: certificateName
            .optional()
            .describe(
                "name of the one in `certificates` that it shows at 9443, where a proxy speaks TLS with it; default: one that authentik makes",
            ),
        replicas,
        ...limits(roles.server),
    })
        .prefault({})
        .describe("the authentik server"),
    worker: section({ replicas, ...limits(roles.worker) })
        .prefault({})
        .describe("the authentik worker"),
    backup,
    containers,
    email,
    blueprints,
    outposts: z.array(outpost).default([]).describe("the outposts"),
    applications: z.array(application).default([]).describe("the applications that people sign in to"),
    gateway,
    certificates,
    settings: settings
        .default({})
        .describe(
            "authentik's settings, named as in its documentation, as a tree; secrets such as email.password are delivered as files",
        ),
    secrets: suppliedSecrets,
    rotation: z
        .record(z.string(), whole("must be a whole number, such as 1", 0, 1_000_000))
        .default({})
        .describe("a number per secret; changing it generates a new secret"),
    protectData: z.boolean().default(true).describe("data volumes are kept when the stack is destroyed"),
});

/** Supplied secrets; a program that uses the components as a library has outputs as well. */
interface SuppliedSecrets {
    secrets: Record<string, Input<string> | SecretOutput>;
}

/**
 * The whole configuration, with defaults filled in.
 *
 * @example
 * const checked: Config = stackConfig({ url: "https://auth.example.com", admin: { email: "admin@example.com" } });
 */
export type Config = Omit<z.infer<typeof schema>, "secrets"> & SuppliedSecrets;
/**
 * A configuration as it is written: what has a default may be left out. docs/configuration.md describes every key.
 *
 * @example
 * const written: ConfigInput = { url: "https://auth.example.com", admin: { email: "admin@example.com" } };
 */
export type ConfigInput = Omit<z.input<typeof schema>, "secrets"> & Partial<SuppliedSecrets>;
/**
 * An outpost, as configured.
 *
 * @example
 * const names = config.outposts.map((outpost: OutpostConfig) => outpost.name);
 */
export type OutpostConfig = z.infer<typeof outpost>;

/** A check of what one key says against another. */
export interface Rule {
    /** The keys that the check needs to be sound. */
    reads: (keyof Config)[];
    check: (config: Config, report: Report) => void;
}
