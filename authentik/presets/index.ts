import { booklore } from "./booklore";
import { grafana } from "./grafana";
import { immich } from "./immich";
import { mealie } from "./mealie";
import { nextcloud } from "./nextcloud";
import { paperless } from "./paperless";
import { portnote } from "./portnote";
import type { Preset } from "./preset";

export * from "./preset";

/** The consumers that are known here, by the name that the configuration uses. */
export const presets = {
    paperless,
    mealie,
    portnote,
    booklore,
    grafana,
    nextcloud,
    immich,
} satisfies Record<string, Preset>;

/** A consumer with a preset. */
export type PresetName = keyof typeof presets;

/** The consumers with a preset. */
export const presetNames = Object.keys(presets) as PresetName[];
