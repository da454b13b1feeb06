import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenStack } from "../cli/workplace";

/** A resource of an exported state, as far as a flat program needs it. */
interface Exported {
    urn: string;
    type: string;
    custom: boolean;
    inputs?: Record<string, unknown>;
    parent?: string;
    provider?: string;
    dependencies?: string[];
    propertyDependencies?: Record<string, string[]>;
    protect?: boolean;
    retainOnDelete?: boolean;
    ignoreChanges?: string[];
    replaceOnChanges?: string[];
    [other: string]: unknown;
}

/**
 * Makes a program of exactly the resources of another stack, one statement each: no component, no function, no
 * configuration, no hook, and constants for all that the other one works out. Its state says that all of them are there,
 * so that it changes nothing.
 *
 * @param flat its project's folder gets the program.
 */
export async function flatten({ stack }: OpenStack, flat: OpenStack): Promise<void> {
    const exported = await stack.exportStack();
    const state = exported.deployment as { resources: Exported[]; pending_operations?: unknown };
    const { resources } = state;
    const { name: project } = await flat.stack.workspace.projectSettings();
    const root = resources.find(({ type }) => type === rootType);
    if (root === undefined) throw new Error("the stack has no state to make a flat program of");
    // Everything is a child of the stack itself, whose components are not there.
    const flatUrn = ({ urn, type }: Pick<Exported, "urn" | "type">) =>
        `urn:pulumi:${flat.stack.name}::${project}::${type}::${type === rootType ? `${project}-${flat.stack.name}` : nameOf(urn)}`;
    const urns = new Map(resources.map((resource) => [resource.urn, flatUrn(resource)]));
    const kept = resources.filter(({ custom, type }) => custom || type === rootType);
    const dependenciesOf = (given: string[] = []) =>
        given.filter((urn) => kept.some((other) => other.urn === urn)).map((urn) => urns.get(urn) ?? urn);

    const flattened = kept.map((resource) => ({
        ...resource,
        urn: urns.get(resource.urn),
        parent: resource.parent === undefined ? undefined : urns.get(root.urn),
        provider: resource.provider?.replace(
            /^(.*)::([^:]*)$/,
            (_, urn: string, id) => `${urns.get(urn) ?? urn}::${id}`,
        ),
        dependencies: dependenciesOf(resource.dependencies),
        propertyDependencies: undefined,
        resourceHooks: undefined,
        ...(resource === root ? { outputs: {} } : {}),
    }));
    const deployment = { ...state, resources: flattened };
    await flat.stack.importStack({ ...exported, deployment });
    writeFileSync(join(flat.stack.workspace.workDir, "index.ts"), programOf(kept.filter(isDeclared)));
}

const rootType = "pulumi:pulumi:Stack";

/** What a program states itself: the engine adds the providers. */
function isDeclared({ type }: Exported): boolean {
    return type !== rootType && !type.startsWith("pulumi:providers:");
}

function programOf(resources: Exported[]): string {
    const variables = new Map(resources.map(({ urn }, index) => [urn, `resource${index}`]));
    const statements = resources.map(({ urn, type, inputs = {}, dependencies = [], ...rest }) => {
        const [, module = "", kind = ""] = /^(\w+):.*:(\w+)$/.exec(type) ?? [];
        const { protect, retainOnDelete, ignoreChanges, replaceOnChanges } = rest;
        const options = Object.entries({ protect, retainOnDelete, ignoreChanges, replaceOnChanges })
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
        const after = dependencies.map((other) => variables.get(other)).filter((name) => name !== undefined);
        if (after.length > 0) options.push(`dependsOn: [${after.join(", ")}]`);
        const arguments_ = [JSON.stringify(nameOf(urn)), literal(inputs), `{ ${options.join(", ")} }`];
        return `const ${variables.get(urn) ?? ""} = new ${module}.${kind}(${arguments_.join(", ")});`;
    });
    const modules = [...new Set(resources.map(({ type }) => type.split(":")[0] ?? ""))];
    const imports = [...new Set(["pulumi", ...modules])].map((name) => `import * as ${name} from "@pulumi/${name}";`);
    return [...imports, ...statements, ""].join("\n");
}

function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? urn;
}

/** A value of the state as an expression: secrets as secrets, and without the defaults that the provider added. */
function literal(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const fields = value as Record<string, unknown>;
    // How an exported state marks a secret; its text is JSON.
    if (fields["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270")
        return `pulumi.secret(${String(fields.plaintext)})`;
    const added = ["__defaults", ...((fields.__defaults as string[] | undefined) ?? [])];
    const given = Object.entries(fields).filter(([key]) => !added.includes(key));
    return `{ ${given.map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`).join(", ")} }`;
}
