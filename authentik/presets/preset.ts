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

/** What a consumer of OIDC needs from authentik, and what it has to be told: data, not code. */
export interface Preset {
    /** The consumer's name, as people know it. */
    title: string;
    /** The page of the consumer's documentation that this was checked against. */
    source: string;
    /** Templates that know `{url}`; in a regular expression it stands for the escaped URL. */
    redirectUris: RedirectUri[];
    /** What the consumer asks for; each needs its scope mapping in authentik. */
    scopes: string[];
    /** The consumer keeps no secret and has to use PKCE. */
    publicClient: boolean;
    /**
     * What the consumer is told, with the fields of {@link ClientValues} as placeholders.
     *
     * A key in capitals is an environment variable that the consumer reads; any other is the name of a file, a form or
     * a command of a consumer that is not configured by its environment.
     */
    environment: Record<string, PresetValue>;
}

/** What the placeholders of a preset stand for. */
export interface ClientValues extends OidcEndpoints {
    /** URL at which browsers reach the consumer; a slash at its end makes no difference. */
    url: string;
    /** The application's slug in authentik. */
    slug: string;
    /** The application's name in authentik. */
    name: string;
    clientId: string;
    /** Empty for a public client. */
    clientSecret: string;
}
