import type { PresetName } from "./preset-names";
import { booklore } from "./presets/booklore";
import { grafana } from "./presets/grafana";
import { immich } from "./presets/immich";
import { mealie } from "./presets/mealie";
import { nextcloud } from "./presets/nextcloud";
import { paperless } from "./presets/paperless";
import { portnote } from "./presets/portnote";
import type { ClientValues, Preset, PresetValue, RedirectUri } from "./presets/preset";

export type { PresetName } from "./preset-names";
export type { ClientValues, Preset, PresetValue, RedirectUri } from "./presets/preset";

/** The consumers that are known here, by the name that the configuration uses. */
export const presets: Record<PresetName, Preset> = {
    paperless,
    mealie,
    portnote,
    booklore,
    grafana,
    nextcloud,
    immich,
};

/**
 * What the consumer is told, with every placeholder filled in; what is no text is written as JSON.
 *
 * @throws Error when the preset has a placeholder that nothing is known for.
 */
export function clientEnvironment(preset: Preset, values: ClientValues): Record<string, string> {
    const known = { ...values, url: withoutSlash(values.url) };
    return Object.fromEntries(
        Object.entries(preset.environment).map(([key, value]) => {
            const filled = fillAll(value, known);
            return [key, typeof filled === "string" ? filled : JSON.stringify(filled)];
        }),
    );
}

/**
 * The redirect URIs of a consumer at its URL, which regular expressions match literally.
 *
 * @param url at which browsers reach the consumer; a slash at its end makes no difference.
 * @throws Error when the preset has another placeholder than `{url}`.
 */
export function presetRedirectUris(preset: Preset, url: string): RedirectUri[] {
    const literal = withoutSlash(url);
    return preset.redirectUris.map(({ matching, url: template }) => ({
        matching,
        url: fill(template, { url: matching === "regex" ? escapeRegex(literal) : literal }),
    }));
}

function fillAll(value: PresetValue, known: object): unknown {
    if (typeof value === "string") return fill(value, known);
    // JSON's own walk over the tree; keys stay as they are.
    return JSON.parse(JSON.stringify(value), (_key, leaf: unknown) =>
        typeof leaf === "string" ? fill(leaf, known) : leaf,
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
