import type { BadRow } from "../../../support/bad-configuration";

const size = "must be a size in Docker's notation, such as 512m or 2g";
const port = "must be a port number from 1 to 65535, such as 9000";

/** Limits and ports of containers. */
export const limitRows: BadRow[] = [
    {
        wrong: "a memory size without a unit",
        changes: { "server.memory": "512" },
        problems: [["server.memory", "512", size]],
    },
    {
        wrong: "a memory size as a number",
        changes: { "worker.memory": 512 },
        problems: [["worker.memory", 512, size]],
    },
    {
        wrong: "a memory size of nothing",
        changes: { "redis.memory": "0m" },
        problems: [["redis.memory", "0m", size]],
    },
    {
        wrong: "no processors at all",
        changes: { "server.cpus": 0 },
        problems: [["server.cpus", 0, "must be a number of processors greater than 0, such as 1.5"]],
    },
    {
        wrong: "processors in words",
        changes: { "postgres.cpus": "two" },
        problems: [["postgres.cpus", "two", "must be a number of processors greater than 0, such as 1.5"]],
    },
    {
        wrong: "a port beyond the last",
        changes: { "server.ports[0].port": 65536 },
        problems: [["server.ports[0].port", 65536, port]],
    },
    {
        wrong: "a port before the first",
        changes: { "outposts[0].ports[0].port": 0 },
        problems: [["outposts[0].ports[0].port", 0, port]],
    },
    {
        wrong: "half a port",
        changes: { "server.ports[0].port": 9000.5 },
        problems: [["server.ports[0].port", 9000.5, port]],
    },
    {
        wrong: "an address of the host that is none",
        changes: { "server.ports[0].ip": "eth0" },
        problems: [["server.ports[0].ip", "eth0", "must be an IP address of the host, such as 127.0.0.1 or 0.0.0.0"]],
    },
    {
        wrong: "a port that two outposts publish",
        changes: { "outposts[1].ports[0].port": 9080 },
        problems: [["outposts[1].ports[0].port", 9080, "is published twice"]],
    },
    {
        wrong: "a port that the server publishes too",
        changes: { "outposts[0].ports[0].port": 9000 },
        problems: [["outposts[0].ports[0].port", 9000, "is published twice"]],
    },
];
