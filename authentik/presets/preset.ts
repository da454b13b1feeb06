import type { OidcEndpoints } from "../oidc";

/** A redirect URI as authentik matches it: the whole of it, or the whole of it against a regular expression. */
export interface RedirectUri {
    matching: "strict" | "regex";
    url: string;
}

/** A text with placeholders such as `{clientId}`, or what is written as JSON and has such texts in it. */
export type PresetValue = string | PresetTree;
type PresetTree = { [key: string]: PresetNode } | PresetNode[];
type PresetNode = string | number | boolean | null | PresetTree;

/** What an application needs to sign people in through OIDC, and the settings that it gets for it: data, not code. */
export interface Preset {
    /** The page of the application's documentation that this was checked against; docs/configuration.md lists it. */
    source: string;
    /** Templates that know `{url}`; in a regular expression it stands for the escaped URL. */
    redirectUris: RedirectUri[];
    /** Scopes that the application asks for; each needs its scope mapping in authentik. */
    scopes: string[];
    /** The application keeps no secret and has to use PKCE. */
    publicClient: boolean;
    /**
     * The settings of the application, with the fields of {@link ClientValues} as placeholders.
     *
     * A key in capitals is an environment variable that the application reads; any other is the name of a file, a form, a
     * command or a request of an application that is not configured by its environment. `{issuerWithoutSlash}` is for those
     * that add their own slash. The scopes are `{scopes}` with blanks between them, `{scopesWithCommas}`,
     * `{scopesBesideOpenid}` for those that ask for `openid` by themselves, or `"{scopeList}"` for a list.
     */
    environment: Record<string, PresetValue>;
}

/** What the placeholders of a preset stand for. */
export interface ClientValues extends OidcEndpoints {
    /** URL at which browsers reach the application; a slash at its end makes no difference. */
    url: string;
    /** The application's slug in authentik. */
    slug: string;
    /** The application's name in authentik. */
    name: string;
    clientId: string;
    /** Empty for a public client. */
    clientSecret: string;
    /** Names of the scopes that the client may ask for: `{scopes}` and its kin. */
    scopes: string[];
}

/**
 * The settings of the application, with every placeholder filled in; values that are not text become JSON.
 *
 * @throws Error when the preset has a placeholder that nothing is known for.
 */
export function clientEnvironment(preset: Preset, { scopes, ...values }: ClientValues): Record<string, string> {
    const known = {
        ...values,
        scopes: scopes.join(" "),
        scopesWithCommas: scopes.join(","),
        scopesBesideOpenid: scopes.filter((scope) => scope !== "openid").join(" "),
        scopeList: scopes,
        url: withoutSlash(values.url),
        issuerWithoutSlash: withoutSlash(values.issuer),
    };
    return Object.fromEntries(
        Object.entries(preset.environment).map(([key, value]) => {
            const filled = fillAll(value, known);
            return [key, typeof filled === "string" ? filled : JSON.stringify(filled)];
        }),
    );
}

/**
 * The redirect URIs of an application at its URL, which regular expressions match literally.
 *
 * @param url at which browsers reach the application; a slash at its end makes no difference.
 * @throws Error when the preset has another placeholder than `{url}`.
 */
export function presetRedirectUris(preset: Preset, url: string): RedirectUri[] {
    const literal = withoutSlash(url);
    return preset.redirectUris.map(({ matching, url: template }) => ({
        matching,
        url: fill(template, { url: matching === "regex" ? escapeRegex(literal) : literal }),
    }));
}

/** What is known for placeholders; the list stands for a whole value only. */
interface Known {
    scopeList: string[];
}

function fillAll(value: PresetValue, known: Known): unknown {
    if (typeof value === "string") return fill(value, known);
    // JSON's own walk over the tree; keys stay as they are.
    return JSON.parse(JSON.stringify(value), (_key, leaf: unknown) =>
        leaf === "{scopeList}" ? known.scopeList : typeof leaf === "string" ? fill(leaf, known) : leaf,
    );
}

function fill(template: string, known: object): string {
    const values = new Map<string, unknown>(Object.entries(known));
    return template.replaceAll(/\{([a-zA-Z]+)\}/g, (placeholder, name: string) => {
        const value = values.get(name);
        if (typeof value !== "string") throw new Error(`nothing is known for ${placeholder} in ${template}`);
        return value;
    });
}

function withoutSlash(url: string): string {
    return url.replace(/\/+$/, "");
}

function escapeRegex(text: string): string {
    return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
