import { z } from "zod";
import { type DataPlace, defaultDataNode } from "../engine/swarm-place";
import { named, section, text, whole } from "../ground/fields";

/** What can run a stack's containers. */
export const runtimes = ["docker-host", "swarm"] as const;

/** What runs the containers. */
export const runtime = z
    .enum(runtimes, { error: `must be one of ${runtimes.join(", ")}` })
    .default("docker-host")
    .describe("what runs the containers: one Docker host, or a Docker Swarm");

/** Where a Swarm keeps data. */
export const swarm = section({
    dataNode: text(
        "must be a label of a node with its value, such as authentik-stack.data=true",
        /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?=[a-zA-Z0-9._-]+$/,
    )
        .default(defaultDataNode)
        .describe("label of the node with the data: PostgreSQL, Redis, backups and the gateway run there"),
    storage: section({
        driver: text("must be the name of a volume driver, such as local", /^\S+$/)
            .default("local")
            .describe("driver of the volumes"),
        options: named(
            text("must be the name of an option, such as device", /^\S+$/),
            z.string({ error: "must be text, such as nfs" }),
        )
            .default({})
            .describe("its options; `{volume}` in one is the name of the volume"),
    })
        .optional()
        .describe(
            "leads to the same files from every node, e.g. over NFS; default: none, so that server and worker run on the node with the data",
        ),
})
    .prefault({})
    .describe("where a Swarm keeps data; only with `runtime: swarm`");

/** The same as the engine takes it. */
export function placeOf({ dataNode, storage }: z.infer<typeof swarm>): DataPlace {
    return { dataNode, ...(storage && { storage: { name: storage.driver, options: storage.options } }) };
}

/** How many containers of one kind run. */
export const replicas = whole("must be a whole number from 1 to 100, such as 2", 1, 100)
    .default(1)
    .describe("how many containers of it run; more than one only with `runtime: swarm`");
