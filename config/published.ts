import { type RolePort, roles } from "../authentik/roles";
import type { Published } from "../ground/fields";
import type { Path } from "../ground/problems";
import type { Config } from "./schema";

/** Every port of the host that a stack publishes, with its place in the configuration. */
export function publishedPorts({
    server,
    outposts,
}: Pick<Config, "server" | "outposts">): (Published & { path: Path })[] {
    return [
        ...server.ports.map((entry, index) => ({ ...entry, path: ["server", "ports", index, "port"] })),
        ...outposts.flatMap(({ run, ports, type }, at) => {
            if (!run) return [];
            const { protocol }: RolePort = roles[type].port;
            return ports.map((entry, index) => ({
                ...entry,
                protocol,
                path: ["outposts", at, "ports", index, "port"],
            }));
        }),
    ];
}
