import { booklore } from "./booklore";
import { grafana } from "./grafana";
import { immich } from "./immich";
import { mealie } from "./mealie";
import { nextcloud } from "./nextcloud";
import { paperless } from "./paperless";
import { portnote } from "./portnote";
import type { Preset } from "./preset";

export * from "./preset";

/** The applications that have a preset, by the name that the configuration uses. */
export const presets = {
    paperless,
    mealie,
    portnote,
    booklore,
    grafana,
    nextcloud,
    immich,
} satisfies Record<string, Preset>;

/** An application with a preset. */
export type PresetName = keyof typeof presets;

/** Names of the presets. */
export const presetNames = Object.keys(presets) as PresetName[];
