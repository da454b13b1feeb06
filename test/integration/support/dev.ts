import type { Images } from "../../../authentik/images";
import type { StandInImages } from "../../../cli/offline";
import { type Configuration, devWith } from "../../support/configuration";
import { freePorts } from "./ports";

/** Where a stack with the development configuration is reached from this machine. */
export interface Ports {
    server: number;
    organizr: number;
    cwad: number;
}

/** Free ports for a stack with the development configuration. */
export async function devPorts(): Promise<Ports> {
    const [server = 0, organizr = 0, cwad = 0] = await freePorts(3);
    return { server, organizr, cwad };
}

/** The development configuration under another prefix, on other ports and with stand-in images; `changes` by path. */
export function devConfiguration(
    prefix: string,
    ports: Ports,
    images: StandInImages,
    changes: Record<string, unknown> = {},
): Configuration {
    return devWith({
        prefix,
        url: `http://authentik.localhost:${ports.server}`,
        images: imagesOf(images),
        "server.ports[0].port": ports.server,
        "outposts[0].ports[0].port": ports.organizr,
        "outposts[1].ports[0].port": ports.cwad,
        "applications[0].provider.externalHost": `http://organizr.localhost:${ports.organizr}`,
        "applications[1].provider.externalHost": `http://cwad.localhost:${ports.cwad}`,
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
