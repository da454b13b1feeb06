import { z } from "zod";
import { outpostTypes, roles } from "../authentik/roles";
import { outpostSettings } from "../authentik/settings";
import { limits, name, publishedPort, section, text } from "../ground/fields";
import { replicas } from "./runtime";

/** Levels that an outpost knows. Source: doGlobalSetup in internal/outpost/ak/global.go. */
const logLevels = ["trace", "debug", "info", "warning", "error"] as const;

/** An outpost, run here or elsewhere. */
export const outpost = section({
    name: name.describe("the outpost's name in authentik and on its networks"),
    type: z
        .enum(outpostTypes, { error: `must be one of ${outpostTypes.join(", ")}` })
        .default("proxy")
        .describe("its type: the protocol that it serves"),
    run: z
        .boolean()
        .default(true)
        .describe("whether it runs here; if not, outputs have its token and the commands to run it elsewhere"),
    networks: z
        .array(z.string({ error: "must be the role of a network, such as frontend" }), {
            error: "must be a list of networks, such as [frontend]",
        })
        .default([])
        .describe("roles of the networks that it joins to reach what it protects; required if it runs here"),
    ports: z.array(publishedPort).default([]).describe("ports of the host that publish it"),
    replicas,
    config: section({
        logLevel: z
            .enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` })
            .default("info")
            .describe("how much it logs"),
        refreshInterval: text(
            "must be a duration as authentik writes it, such as minutes=5 or hours=1;minutes=30",
            // Source: timedelta_from_string in authentik/lib/utils/time.py.
            /^(?:(?:;(?!^)|^)(?:(?:micro|milli)?seconds|minutes|hours|days|weeks)=\d+(?:\.\d+)?)+$/,
        )
            .optional()
            .describe("how often it asks authentik for changes, besides being notified of them; default: 5 minutes"),
    })
        .prefault({})
        .describe("its configuration in authentik"),
    settings: outpostSettings
        .default({})
        .describe("authentik settings that it reads itself, as a tree, such as {listen: {trusted_proxy_cidrs: [...]}}"),
    ...limits(roles.proxy),
});
