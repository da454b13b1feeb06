import type { Nodes } from "./swarm-job";
import type { VolumeDriver } from "./swarm-service";

/** The label that marks the node with the data, unless the configuration says otherwise. */
export const defaultDataNode = "authentik-stack.data=true";

/**
 * Where a Swarm keeps data.
 *
 * @example
 * const place: DataPlace = { dataNode: "authentik-stack.data=true" };
 */
export interface DataPlace {
    /** Label of the nodes that have the data, as `name=value`; of one node, unless its volumes are on all of them. Default: authentik-stack.data=true. */
    dataNode: string;
    /**
     * Leads to the same volume from every node, e.g. over NFS; `{volume}` in an option is its name. What several containers use then
     * runs on any node. Default: each volume is a folder of the node with the data, and what uses it runs there.
     */
    storage?: VolumeDriver;
}

/**
 * Where on a Swarm volumes are.
 *
 * @param sharedName the name of a volume that several nodes may use at the same time; undefined for every other.
 */
export function nodesWith(
    { dataNode, storage }: DataPlace,
    sharedName: (source: unknown) => string | undefined,
): Nodes {
    const [label = "", value = "true"] = dataNode.split("=");
    const driverOf = (source: unknown): VolumeDriver | undefined => {
        const volume = sharedName(source);
        if (storage === undefined || volume === undefined) return undefined;
        const options = Object.entries(storage.options).map(([key, text]) => [
            key,
            text.replaceAll("{volume}", volume),
        ]);
        return { name: storage.name, options: Object.fromEntries(options) as Record<string, string> };
    };
    return {
        driverOf,
        constraintsOf: (sources) => {
            const isTied = sources.some((source) => driverOf(source) === undefined);
            return isTied ? [`node.labels.${label}==${value}`] : [];
        },
    };
}
