import { parseDocument } from "yaml";
import { imagePins } from "../authentik/images";
import { type Preset, presetNames, presets } from "../authentik/presets";
import { isNameless, targetOf } from "../authentik/attributes";
import { type Attribute, attributesOf } from "../authentik/models";
import { kinds } from "../authentik/providers";
import { allRoles } from "../authentik/roles";
import { keySchema, type Node } from "./json-schema";

interface Row {
    key: string;
    type: string;
    fallback: string;
    description: string;
}

/** The page docs/configuration.md. */
export function configurationPage(): string {
    return [
        "# Configuration",
        "",
        "Every key of the stack, generated from the program's own tables by `npm run docs`. Set one with",
        "`pulumi config set --path 'authentik-stack:server.memory' 2g`, or write it into `Pulumi.<stack>.yaml`.",
        "`[]` stands for each item of a list, `<name>` for a name of your own. A key without a default is required wherever its section is used.",
        "[configuration.schema.json](configuration.schema.json) has the same for editors: the first line of `Pulumi.dev.yaml` points to it.",
        "",
        ...table(
            ["Key", "Type", "Default", "What it is"],
            rowsOf("", keySchema()).map(({ key, type, fallback, description }) => [
                code(key),
                type,
                fallback,
                description,
            ]),
        ),
        "",
        "## Kinds of provider",
        "",
        "The values of `applications[].provider.type`. The outpost is the type of outpost that it needs; the secret is",
        "`application/<slug>` in `secrets` and `rotation`, and has this name in the stack's outputs.",
        "",
        ...table(
            ["Type", "Way to sign in", "authentik's model", "Outpost", "Secret"],
            kinds.map(([type, { title, model, outpost, secret }]) => [
                code(type),
                title,
                code(model),
                outpost === undefined ? "none" : code(outpost),
                secret === undefined ? "none" : `${code(secret.name)}, ${secret.origin}`,
            ]),
        ),
        "",
        "## Attributes",
        "",
        "`attributes` takes every attribute of authentik's models that has no key of its own, by authentik's name. Attributes",
        "override what this program sets itself. An object that an attribute refers to must already exist in authentik.",
        "If you remove an attribute of a provider, authentik's default applies again. Attributes of an endpoint, and " +
            "`logout_method`, `discovery_enabled`, `sync_page_size` and `sync_page_timeout`, keep their last value.",
        "",
        ...table(["Provider", "Attribute", "What it is", "Releases"], attributeRows()),
        "",
        "## Containers",
        "",
        "What the stack runs. The column Published says whether `ports` of `server` or of an outpost can publish the port on the host.",
        "",
        ...table(
            ["Role", "Image", "Port", "With TLS", "Published", "Memory"],
            allRoles.map(({ name, image, port, memory }) => [
                name,
                code(`${image.name}:${imagePins.tags[image.tag]}`),
                port === undefined ? "none" : `${port.number}/${port.protocol ?? "tcp"}`,
                port?.tls === undefined ? "none" : `${port.tls}/tcp`,
                port?.publishable === true ? "yes" : "no",
                code(memory),
            ]),
        ),
        "",
        "## Presets",
        "",
        "The values of `applications[].provider.preset`, each with the page that it was checked against. The output",
        "`applications.<slug>.oidc.environment` gives the application its settings by these keys, with client id, secret and",
        "URLs filled in. A key in capitals is an environment variable; any other is the name of a file, form, command or request.",
        "",
        ...table(
            ["Preset", "Client", "Redirect URIs below `launchUrl`", "Scopes", "Settings", "Source"],
            presetNames.map((name) => presetRow(name, presets[name])),
        ),
        "",
    ].join("\n");
}

function attributeRows(): string[][] {
    const all = kinds.flatMap(([, kind]) => [kind, ...(kind.part === undefined ? [] : [kind.part])]);
    return [...new Set(all)].flatMap(({ title, model, keys }) =>
        Object.entries(attributesOf(model))
            .filter(([name]) => !(name in keys) && !isNameless(model, name))
            .map(([name, attribute]) => [title, code(name), formOf(model, name, attribute), releasesOf(attribute)]),
    );
}

function formOf(model: string, name: string, { type, many = false }: Attribute): string {
    if (Array.isArray(type)) return `${many ? "list of " : ""}${type.map(code).join(", ")}`;
    const { what = "object", field = "name" } = targetOf(model, name) ?? {};
    const forms: Partial<Record<string, string>> = {
        reference: `${field} of a ${what}`,
        references: `${field}s of ${what}s`,
        duration: "duration, such as `hours=1;minutes=30`",
        uri: "URL",
        string: "text",
        array: "list",
    };
    return forms[type] ?? type;
}

function releasesOf({ from, to }: Attribute): string {
    if (from === undefined && to === undefined) return "all";
    return [from === undefined ? "" : `from ${from}`, to === undefined ? "" : `to ${to}`].join(" ").trim();
}

function table(head: string[], rows: string[][]): string[] {
    return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

function presetRow(name: string, { publicClient, redirectUris, scopes, environment, source }: Preset): string[] {
    const uris = redirectUris.map(({ matching, url }) => {
        const path = url === "{url}" ? "the URL itself" : code(url.replace("{url}", "").replaceAll("|", "\\|"));
        return matching === "regex" ? `${path} (regular expression)` : path;
    });
    return [
        code(name),
        publicClient ? "public, PKCE" : "confidential",
        uris.join("<br>"),
        scopes.join(", "),
        shownKeys(Object.keys(environment)),
        `<${source}>`,
    ];
}

/** Many variables have one beginning: two of them tell enough. */
function shownKeys(keys: string[]): string {
    const shown = keys.length > 3 ? keys.slice(0, 2) : keys;
    const more = keys.length - shown.length;
    return [...shown.map(code), ...(more > 0 ? [`${more} more`] : []), ...(keys.length === 0 ? ["none"] : [])].join(
        ", ",
    );
}

function code(text: string): string {
    return `\`${text}\``;
}

/** Pulumi.yaml with the keys, types and descriptions that `pulumi config` shows; the rest of the file stays. */
export function projectFile(text: string): string {
    const document = parseDocument(text);
    const keys = Object.entries(keySchema().properties ?? {}).map(([key, node]) => [key, projectKey(node)]);
    document.set("config", document.createNode(Object.fromEntries(keys)));
    // Unfolded: prettier folds a long text in another way than this library.
    return document.toString({ lineWidth: 0 });
}

/** Without a default Pulumi itself would ask for the key, apart from everything else the program finds missing. */
function projectKey(node: Node): Record<string, unknown> {
    const type = node.type ?? "object";
    const fallback = node.default ?? (type === "string" ? "" : {});
    return {
        type,
        description: node.description,
        default: fallback,
        ...(type === "array" ? { items: { type: "object" } } : {}),
    };
}

function rowsOf(prefix: string, node: Node): Row[] {
    return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
        const key = prefix === "" ? name : `${prefix}.${name}`;
        const required = node.required?.includes(name) ?? false;
        const own = {
            key,
            type: typeOf(child),
            fallback: fallbackOf(child, required),
            description: child.description ?? "",
        };
        return [own, ...childRows(key, child)];
    });
}

function childRows(key: string, node: Node): Row[] {
    if (node.items !== undefined) return childRows(`${key}[]`, node.items);
    const variants = variantsOf(node);
    const { additionalProperties: others } = node;
    const named = typeof others === "object" ? rowsOf(`${key}.<name>`, others) : [];
    if (variants.length === 0) return [...rowsOf(key, node), ...named];
    const rows = variants.flatMap((variant) => rowsOf(key, variant).filter((row) => row.key !== `${key}.type`));
    return rows.filter((row, index) => rows.findIndex((other) => other.key === row.key) === index);
}

/** The forms that an object may have; one of them may itself be a choice of several. */
function variantsOf({ oneOf = [] }: Node): Node[] {
    return oneOf.flatMap((variant) => (variant.oneOf === undefined ? [variant] : variantsOf(variant)));
}

function typeOf(node: Node): string {
    const variants = variantsOf(node).flatMap(({ properties }) => properties?.type?.const ?? []);
    if (variants.length > 0) return `object with \`type\`: ${variants.map((name) => `\`${name}\``).join(", ")}`;
    if (node.enum?.join() === presetNames.join()) return "[a preset](#presets)";
    if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(", ");
    if (node.type === "array") return "list";
    return node.type ?? "text or number";
}

function fallbackOf(node: Node, required: boolean): string {
    if (node.default === undefined) return required ? "required" : "none";
    const isEmpty = typeof node.default === "object" && JSON.stringify(node.default).length === 2;
    return isEmpty ? "empty" : `\`${JSON.stringify(node.default)}\``;
}
