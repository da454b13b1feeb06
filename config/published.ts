import { type RolePort, roles } from "../authentik/roles";
import type { Published } from "../ground/fields";
import type { Path } from "../ground/problems";
import { type GatewayConfig, httpPortOf } from "./gateway";
import type { Config } from "./schema";

/** Every port of the host that a stack publishes, with its place in the configuration. */
export function publishedPorts({
    server,
    outposts,
    gateway,
}: Pick<Config, "server" | "outposts" | "gateway">): (Published & { path: Path })[] {
    return [
        ...(gateway === undefined ? [] : gatewayPorts(gateway)),
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

/** The ports of the gateway: HTTP/3 is over UDP. */
export function gatewayPorts(gateway: GatewayConfig): (Published & { path: Path })[] {
    const { addresses, httpsPort } = gateway;
    const http = httpPortOf(gateway);
    return addresses.flatMap((ip) => [
        ...(http === undefined ? [] : [{ port: http, ip, path: ["gateway", "httpPort"] }]),
        { port: httpsPort, ip, path: ["gateway", "httpsPort"] },
        { port: httpsPort, ip, protocol: "udp", path: ["gateway", "httpsPort"] },
    ]);
}
