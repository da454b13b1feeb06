import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { type Images, imagesOf } from "../../authentik/images";
import { isCreatedHere } from "../../authentik/roles";
import { placeOf, swarm } from "../../config/runtime";
import { schema } from "../../config/schema";
import { type VolumeNames, volumesOf } from "../../config/volumes";
import { type ConnectionSettings, connectionSettings } from "../../engine/connection";
import type { DataPlace } from "../../engine/swarm-place";
import { isObject, valueAt } from "../../ground/problems";
import { ToolError } from "../progress";
import { keyOf } from "../project";
import { holdsSecret } from "./encrypted";

/** The stack that `npm start` brings up by default, and the one for stand-in images. */
export const defaultStack = "dev";
export const rehearsalStack = "rehearsal";

/** What a stack needs before it can be brought up, as its configuration says. */
export interface StackRequirements {
    /** The release of authentik. */
    version: string;
    /** Whether it also takes releases that this program was not tested with. */
    allowUntested: boolean;
    /** Whether it runs its PostgreSQL itself. */
    ownsPostgres: boolean;
    /** The images it runs: the official ones of its release, or those of its configuration. */
    images: Partial<Images>;
    /** Names of the volumes with its data. */
    volumes: string[];
    /** The provider's `docker:*`, without encrypted values. */
    docker: ConnectionSettings;
    /** Whether `docker:registryAuth` is encrypted, as a whole or in part, so that only the update can use it. */
    credentialsLater: boolean;
    /** Where a Swarm keeps its data. Default: it runs on one Docker host. */
    swarm?: DataPlace;
}

/**
 * The stack that the command line names.
 *
 * @param name as given. Default: none is.
 * @throws ToolError that lists the existing stacks.
 */
export function stackOf(root: string, name: string | undefined): string | undefined {
    if (name === undefined || name === rehearsalStack) return name;
    const stacks = stackNames(root);
    if (stacks.includes(name)) return name;
    throw new ToolError(
        `There is no stack ${name}: Pulumi.${name}.yaml does not exist. The stacks are: ${stacks.join(", ")}. ` +
            `\`npm run init -- ${name}\` makes a new one.`,
    );
}

/** The stacks that have a configuration. */
export function stackNames(root: string): string[] {
    return readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** Reads a stack's requirements from its configuration, without checking it: the program reports problems. */
export function readRequirements(root: string, stack: string): StackRequirements {
    return requirementsOf(read(root, stack));
}

/**
 * The same for what a command was asked for. A rehearsal has those of the default stack.
 *
 * @param asked a stack. Default: the default one.
 */
export function requirementsFor(root: string, asked: string | undefined): StackRequirements {
    return readRequirements(root, asked === undefined || asked === rehearsalStack ? defaultStack : asked);
}

/** The same, of a configuration that may not be written yet. */
export function requirementsOf(document: Document): StackRequirements {
    const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
    const value = (key: string) => (config ?? {})[keyOf(key)];
    const version = schema.shape.version.safeParse(value("version")).data ?? schema.shape.version.parse(undefined);
    const facts = {
        version,
        images: section(value("images")) as Partial<Images>,
        outposts: list(value("outposts")).map(({ type = "proxy", run }) => ({
            type: String(type),
            run: run !== false,
        })),
        consumers: list(value("consumers")),
        postgres: section(value("postgres")),
        redis: section(value("redis")),
        backup: section(value("backup")),
        gateway: value("gateway"),
    };
    return {
        version,
        allowUntested: value("allowUntested") === true,
        ownsPostgres: isCreatedHere(facts.postgres),
        images: imagesOf(facts),
        volumes: volumesOf({ ...facts, ...namesIn(document) }).map(([, name]) => name),
        docker: connectionSettings({ get: (key) => textOf(config?.[`docker:${key}`]) }),
        credentialsLater: holdsSecret(config?.["docker:registryAuth"]),
        ...(value("runtime") === "swarm"
            ? { swarm: placeOf(swarm.safeParse(value("swarm")).data ?? swarm.parse(undefined)) }
            : {}),
    };
}

/** A value as Pulumi passes it to the program; undefined if it is encrypted. */
function textOf(value: unknown): string | undefined {
    if (value === undefined || holdsSecret(value)) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
}

function list(value: unknown): Record<string, unknown>[] {
    return Array.isArray(value) ? value.map(section) : [];
}

/** The prefix of the names of a stack's Docker objects. */
export function prefixOf(root: string, stack: string): string {
    return namesIn(read(root, stack)).prefix;
}

/** What the names of a stack's volumes are made from. */
export function namesOf(root: string, stack: string): VolumeNames {
    return namesIn(read(root, stack));
}

function namesIn(document: Document): VolumeNames {
    const prefix: unknown = document.getIn(["config", keyOf("prefix")]);
    const volumes = valueAt(document.toJS(), ["config", keyOf("volumes")]);
    return { prefix: typeof prefix === "string" ? prefix : "", ...(isObject(volumes) ? { volumes } : {}) };
}

function section(value: unknown): Record<string, unknown> {
    return isObject(value) ? { ...value } : {};
}

/** The path of the rotation numbers in a configuration file. */
export const rotationKey = ["config", keyOf("rotation")] as const;

/** Writes the rehearsal's configuration: that of the default stack, with stand-in images and with its own names and rotations. */
export function writeRehearsal(root: string, images: Partial<Images>): void {
    const document = read(root, defaultStack);
    const rotation: unknown = read(root, rehearsalStack).getIn(rotationKey);
    if (rotation !== undefined) document.setIn(rotationKey, rotation);
    document.setIn(["config", keyOf("images")], images);
    document.setIn(["config", keyOf("prefix")], `${rehearsalStack}-`);
    document.commentBefore = ` Generated by \`npm start\` from Pulumi.${defaultStack}.yaml; changes here are lost.`;
    writeFileSync(join(root, fileOf(rehearsalStack)), document.toString({ lineWidth: 0 }));
}

/**
 * A copy of the stack's configuration file, for Pulumi to write to: with a local state, Pulumi would add the salt of this
 * machine's passphrase to a file that is shared.
 *
 * @returns undefined when the stack's own file can be used.
 */
export function privateCopy(root: string, stack: string): string | undefined {
    const document = read(root, stack);
    const encrypted = ["encryptionsalt", "encryptedkey", "secretsprovider"].some((key) => document.has(key));
    if (encrypted) return undefined;
    const copy = join(root, ".local", fileOf(stack));
    mkdirSync(join(root, ".local"), { recursive: true });
    document.commentBefore = ` Generated by \`npm start\` from ${fileOf(stack)}; changes here are lost.`;
    writeFileSync(copy, document.toString({ lineWidth: 0 }));
    return copy;
}

/** Name of a stack's configuration file. */
export function fileOf(stack: string): string {
    return `Pulumi.${stack}.yaml`;
}

/** The text of a stack's configuration file; an empty configuration if there is no file. */
export function readText(root: string, stack: string): string {
    const file = join(root, fileOf(stack));
    return existsSync(file) ? readFileSync(file, "utf8") : "config: {}\n";
}

function read(root: string, stack: string): Document {
    const document = parseDocument(readText(root, stack));
    const [error] = document.errors;
    if (error !== undefined) throw new ToolError(`${fileOf(stack)} is not valid YAML: ${error.message}`);
    return document;
}
