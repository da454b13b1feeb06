import type { Images } from "../../../authentik/images";
import type { StandInImages } from "../../../cli/offline";
import {
    type Configuration,
    devConfiguration as publishedConfiguration,
    devFile,
    withChanges,
} from "../../support/configuration";
import { freePorts } from "./ports";

/** Where a stack with the development configuration is reached from this machine. */
export interface Ports {
    server: number;
    organizr: number;
    cwad: number;
    /** All are the gateway's port. Default: server and outposts have their own. */
    gateway?: true;
}

/** Free ports for a stack with the development configuration, whose server and outposts have their own. */
export async function devPorts(): Promise<Ports> {
    const [server = 0, organizr = 0, cwad = 0] = await freePorts(3);
    return { server, organizr, cwad };
}

/** A free port for one with its gateway. */
export async function gatewayPorts(): Promise<Ports> {
    const [port = 0] = await freePorts(1);
    return { server: port, organizr: port, cwad: port, gateway: true };
}

/** Where a browser finds one of its names. */
export function originOf(name: string, port: number, { gateway }: Ports): string {
    return `${gateway === true ? "https" : "http"}://${name}.localhost:${port}`;
}

/** The development configuration under another prefix, on other ports and with stand-in images; `changes` by path. */
export function devConfiguration(
    prefix: string,
    ports: Ports,
    images: StandInImages & { gateway?: string },
    changes: Record<string, unknown> = {},
): Configuration {
    const { gateway, ...others } = images;
    const isGateway = ports.gateway === true;
    return withChanges(isGateway ? devFile() : publishedConfiguration(), {
        prefix,
        url: originOf("authentik", ports.server, ports),
        "applications[0].provider.externalHost": originOf("organizr", ports.organizr, ports),
        "applications[1].provider.externalHost": originOf("cwad", ports.cwad, ports),
        images: { ...imagesOf(others), ...(isGateway ? { gateway } : {}) },
        ...(isGateway
            ? { "gateway.httpsPort": ports.server }
            : {
                  "server.ports[0].port": ports.server,
                  "outposts[0].ports[0].port": ports.organizr,
                  "outposts[1].ports[0].port": ports.cwad,
              }),
        ...changes,
    });
}

/** The images that a stack names. */
export function imagesOf({
    server,
    proxy,
    ldap,
    radius,
    rac,
    postgres,
    redis,
}: StandInImages): Omit<Images, "gateway" | "restic"> {
    return { server, proxy, ldap, radius, rac, postgres, redis };
}
