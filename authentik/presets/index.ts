import { documents } from "./documents";
import { household } from "./household";
import { media } from "./media";
import { operations } from "./operations";
import type { Preset } from "./preset";

export * from "./preset";

/** The applications that have a preset, by the name that the configuration uses. */
export const presets = { ...documents, ...household, ...media, ...operations } satisfies Record<string, Preset>;

/** An application with a preset. */
export type PresetName = keyof typeof presets;

/** Names of the presets, in the order of the alphabet. */
export const presetNames = Object.keys(presets).sort() as PresetName[];
