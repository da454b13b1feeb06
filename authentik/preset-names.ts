/** The consumers with a preset; presets.ts has one for each. */
export const presetNames = ["paperless", "mealie", "portnote", "booklore", "grafana", "nextcloud", "immich"] as const;

/** A consumer with a preset. */
export type PresetName = (typeof presetNames)[number];
