import type { DockerConnection } from "../engine/connection";
import type { Config } from "../config/schema";
import type { Problem } from "../ground/problems";
import { missingImages } from "./preflight-images";

/** The parts of the engine's answers that are read here. */
interface Info {
    Swarm: { ControlAvailable: boolean; LocalNodeState: string };
}
interface Node {
    Spec: { Labels?: Record<string, string> };
    Description: { Hostname: string };
}
interface Network {
    Name: string;
    Scope: string;
    Attachable: boolean;
}

/** What keeps a stack from running on the Swarm that the engine belongs to; nothing where none answers. */
export async function swarmProblems(config: Config, connection: DockerConnection, dry: boolean): Promise<Problem[]> {
    const info = await connection.get<Info>("/info").catch(() => undefined);
    if (info === undefined) return [];
    if (!info.Swarm.ControlAvailable) {
        const state = info.Swarm.LocalNodeState === "active" ? "a worker of its Swarm" : "no part of a Swarm";
        const cure = `needs a manager, and the engine at ${connection.host} is ${state}; use one, or run \`docker swarm init\` there`;
        return [{ key: "runtime", value: config.runtime, cure }];
    }
    const [nodes, networks] = await Promise.all([
        connection.get<Node[]>("/nodes"),
        connection.get<Network[]>("/networks"),
    ]);
    return [
        ...dataProblems(config, nodes),
        ...networkProblems(config, networks),
        // The manager has each image too: what is in it is read there.
        ...(dry ? [] : await missingImages(config, connection)),
    ];
}

/** The data is on one node: on another, everything would be empty. */
function dataProblems({ swarm: { dataNode } }: Config, nodes: Node[]): Problem[] {
    const [label = "", value = ""] = dataNode.split("=");
    const marked = nodes
        .filter(({ Spec }) => Spec.Labels?.[label] === value)
        .map(({ Description }) => Description.Hostname);
    if (marked.length === 1) return [];
    const cure =
        marked.length === 0
            ? `is a label that no node has; give it to the one with the data: \`docker node update --label-add ${dataNode} ${nodes[0]?.Description.Hostname ?? "NODE"}\``
            : `is a label of ${marked.join(" and ")}, and the data is on one of them; remove it from the others: \`docker node update --label-rm ${label} NODE\``;
    return [{ key: "swarm.dataNode", value: dataNode, cure }];
}

function networkProblems(config: Config, networks: Network[]): Problem[] {
    const fits = ({ Scope, Attachable }: Network) => Scope === "swarm" && Attachable;
    return Object.entries(config.networks).flatMap(([role, { adopt, name }]): Problem[] => {
        if (!adopt || networks.some((network) => network.Name === name && fits(network))) return [];
        const what = networks.some((network) => network.Name === name)
            ? "is a network of one machine"
            : "is not a network";
        const cure = `is to be adopted, and ${what}; make it with \`docker network create --driver overlay --attachable ${name}\` or remove networks.${role}.adopt`;
        return [{ key: `networks.${role}.name`, value: name, cure }];
    });
}
