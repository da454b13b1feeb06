import { defaultDataNode } from "../engine/swarm-place";
import type { Path } from "../ground/problems";
import { publishedPorts } from "./published";
import { resticAccess } from "./restic";
import type { Rule } from "./schema";

const address = "is an address that Swarm cannot publish at, only every address of a node: use 0.0.0.0, and a firewall";
const folder = "is a folder of a host, which other nodes may lack";

/** What only one of the runtimes can do. */
export const runtimeRules: Rule[] = [
    {
        reads: ["runtime", "server", "worker", "outposts", "swarm"],
        check: ({ runtime, server, worker, outposts, swarm }, report) => {
            if (runtime === "swarm") return;
            const cure = "needs `runtime: swarm`; one Docker host runs one of each";
            const of = (path: Path, { replicas }: { replicas: number }) => {
                if (replicas > 1) report([...path, "replicas"], cure);
            };
            of(["server"], server);
            of(["worker"], worker);
            for (const [index, outpost] of outposts.entries()) of(["outposts", index], outpost);
            const none = "has no effect without `runtime: swarm`; remove it";
            if (swarm.storage !== undefined) report(["swarm", "storage"], none);
            if (swarm.dataNode !== defaultDataNode) report(["swarm", "dataNode"], none);
        },
    },
    {
        reads: ["runtime", "server", "outposts"],
        check: (config, report) => {
            if (config.runtime !== "swarm") return;
            for (const { path, ip } of publishedPorts({ ...config, gateway: undefined }))
                if (ip !== "0.0.0.0") report([...path.slice(0, -1), "ip"], address);
            for (const [index, ip] of (config.gateway?.addresses ?? []).entries())
                if (ip !== "0.0.0.0") report(["gateway", "addresses", index], address);
        },
    },
    {
        reads: ["runtime", "containers", "blueprints", "backup"],
        check: ({ runtime, containers, blueprints, backup }, report) => {
            if (runtime !== "swarm") return;
            for (const [name, { mounts, hosts }] of Object.entries(containers)) {
                for (const [index, { source }] of mounts.entries())
                    if (source.startsWith("/"))
                        report(["containers", name, "mounts", index, "source"], `${folder}; use a volume`);
                for (const [host, ip] of Object.entries(hosts))
                    if (ip === "host-gateway")
                        report(
                            ["containers", name, "hosts", host],
                            "is one of several hosts; use the address of the one that is meant",
                        );
            }
            if (blueprints.folder !== undefined)
                report(["blueprints", "folder"], `${folder}; name them in \`blueprints.files\``);
            if (backup.restic !== undefined && resticAccess(backup.restic, "").kind === "folder")
                report(
                    ["backup", "restic", "repository"],
                    `${folder}; use a repository that is reached over the network`,
                );
        },
    },
];
