import { stringify } from "yaml";
import { backupScript } from "../authentik/roles";
import { volumeName, type VolumeNames, type VolumeRole } from "../config/volumes";
import { resourceLabel, stackLabel } from "../engine/labels";

/** What of a stack its copies elsewhere need to know. */
export interface AutoresticArgs {
    names: VolumeNames;
    /** The stack's identity in labels, and the resource of the container that makes backups; undefined where none does. */
    backups?: { stack: string; resource: string };
}

/** How many snapshots stay. */
const keep = { "keep-daily": 14, "keep-weekly": 8, "keep-monthly": 12 };

/**
 * A configuration of Autorestic, which copies a stack's volumes elsewhere: a location for each, and a backup made before the
 * one of backups. Its repository is an example to change.
 *
 * Source: the pages "Locations", "Hooks", "Forget policy" and "Backends" of autorestic 1.8, and internal/location.go.
 */
export function autoresticText({ names, backups }: AutoresticArgs): string {
    const roles: VolumeRole[] = [
        "media",
        "templates",
        "certificates",
        ...(backups === undefined ? [] : ["backups" as const]),
    ];
    const volumes = roles.map((role) => ({ role, volume: volumeName(role, names) }));
    const backend = `${names.prefix}authentik`;
    const locations = volumes.map(({ role, volume }) => [
        // Autorestic reads every key in lower case, and a dot as the beginning of a key below.
        volume.includes(".") ? volumeName(role, { prefix: names.prefix }) : volume.toLowerCase(),
        {
            from: `/volumes/${volume}`,
            to: backend,
            ...(role === "backups" && backups !== undefined ? { hooks: { before: [saving(backups)] } } : {}),
            forget: "prune",
            options: { forget: keep },
        },
    ]);
    return [
        "# A location for each volume, for the configuration of Autorestic. Its container mounts them read-only:",
        ...volumes.map(({ volume }) => `#   - ${volume}:/volumes/${volume}:ro`),
        ...(backups === undefined
            ? []
            : ["#   - /var/run/docker.sock:/var/run/docker.sock   # the hook makes a backup first"]),
        `# The key of the repository is AUTORESTIC_${backend.toUpperCase().replaceAll("-", "_")}_RESTIC_PASSWORD in .autorestic.env.`,
        stringify(
            {
                version: 2,
                backends: { [backend]: { type: "local", path: `/backups/${backend}`, requireKey: true } },
                locations: Object.fromEntries(locations) as object,
            },
            { lineWidth: 0, aliasDuplicateObjects: false },
        ),
    ].join("\n");
}

function saving({ stack, resource }: NonNullable<AutoresticArgs["backups"]>): string {
    const filters = `--filter label=${stackLabel}=${stack} --filter label=${resourceLabel}=${resource}`;
    return `docker exec "$(docker ps --quiet ${filters})" sh ${backupScript} attempt save`;
}
