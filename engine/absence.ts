import * as pulumi from "@pulumi/pulumi";
import { clash, type Published } from "../ground/fields";
import { madeOfLabel } from "./labels";
import type { Observation } from "./observation";
import { ifKnown } from "./step";

/** A workload that publishes ports. */
interface Publishing {
    title: string;
    /** Name of its resource. */
    resource: string;
    /** Digest of what its container will be made of. */
    madeOf: pulumi.Output<string>;
    /** Id of the image that it will be made of; null where it is not known. Default: its name says which it is. */
    image?: Promise<string | null>;
    ports: Published[];
    /** How it could be replaced unnoticed, as a sentence. */
    cure?: string;
}

/**
 * Says in a preview that a workload will be away: two containers cannot have one port of the host, so the old one has to stop
 * before the new one starts.
 */
export async function tellAbsence(
    { title, resource, madeOf, image, ports, cure }: Publishing,
    seen: Observation,
): Promise<void> {
    const there = seen.ports(resource);
    const taken = ports.filter((port) => there.some((other) => clash(port, other)));
    const running = seen.label(resource, madeOfLabel);
    if (taken.length === 0 || running === undefined) return;
    const runs = seen.image(resource)?.id;
    const isOther = ((await image) ?? runs) !== runs;
    // What is known only later is something else than what runs now.
    if (!isOther && (await ifKnown(madeOf)) === running) return;
    const addresses = taken.map(({ ip, port }) => `${ip.includes(":") ? `[${ip}]` : ip}:${port}`);
    const places = [...new Set(addresses)].join(", ");
    await pulumi.log.warn(
        `${title} will be replaced, and will not answer at ${places} until the new container is ready: it needs that port, so the old one stops first.${cure === undefined ? "" : ` ${cure}`}`,
    );
}
