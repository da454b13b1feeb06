import { stringify } from "yaml";
import { svg } from "../../cli/graph/draw";
import { declaredTopology } from "../../cli/graph/sources";
import { statusPage } from "../../cli/status/page";
import { type Area, row, type Row, type Status } from "../../cli/status/row";
import { type Configuration, devFile, project } from "./configuration";

const container = (title: string, used: string): Row => row("Containers", title, `healthy, ${used}, up 3 days`);
const heard = (title: string): Row => row("Outposts", title, "heard 2 seconds ago, 2025.8.6");
const application = (slug: string, outpost: string): Row => ({
    ...row("Applications", slug, `through ${outpost}`),
    link: `https://${slug}.localhost:8443`,
});

/** What `npm run status -- --json` printed of the development stack. */
export const devStatus = statusOf("dev", [
    container("ak-gateway", "13 MB of 134 MB (9 %)"),
    container("postgres", "79 MB of 537 MB (15 %)"),
    container("redis", "3.8 MB of 268 MB (1 %)"),
    container("authentik-worker", "33 MB of 1.1 GB (3 %)"),
    container("authentik-server", "34 MB of 1.1 GB (3 %)"),
    container("authentik-backup", "877 kB of 537 MB (0 %)"),
    container("ak-outpost-organizr", "48 MB of 134 MB (36 %)"),
    container("ak-outpost-cwad", "48 MB of 134 MB (36 %)"),
    row(
        "Release",
        "authentik",
        "2025.8.6, next 2025.10.4; the way to 2026.2.7 closes 11 security holes",
        "npm run upgrade -- --stack dev",
    ),
    heard("ak-outpost-organizr"),
    heard("ak-outpost-cwad"),
    application("cwad", "ak-outpost-cwad"),
    application("organizr", "ak-outpost-organizr"),
    row("Certificates and tokens", "Certificates", "none"),
    row("Certificates and tokens", "Tokens", "4, none of which ends soon"),
    row("Certificates and tokens", "Gateway", "3, the first ends in 11 hours"),
    row("Backups", "Newest", "4 hours ago, 64 kB, one of 3"),
    row("Backups", "Verified", "none was restored for a trial yet"),
    row("Database", "Connections", "5 of 300"),
    row("Disk", "Docker host", "36 GB of 271 GB free (13 %)"),
    row("Last change", "Update", "update 2 hours ago: succeeded, nothing to do: unchanged 62"),
]);

/** A status of a stack at a time that stays the same. */
function statusOf(stack: string, rows: Row[]): Status {
    const attention = rows.filter(({ state }) => state === "attention").length;
    return { stack, url: "https://authentik.localhost:8443", time: "2026-11-28T14:32:06.992Z", attention, rows };
}

/** The page of the development stack, and that of the same with 30 applications on a bad day. */
export async function statusPages(): Promise<Record<"dev" | "many", string>> {
    const dev = devFile();
    const more = Array.from({ length: 28 }, (_, index) => `application-${index + 1}`);
    const many = { ...dev, applications: [...(dev.applications as object[]), ...more.map(declared)] };
    const worse: Partial<Record<Area, Row[]>> = {
        Containers: [row("Containers", "redis", "is not there", "npm start -- dev")],
        Outposts: [
            { area: "Outposts", title: "Outposts", state: "unknown", text: "authentik-server is still starting" },
        ],
    };
    const rows = devStatus.rows
        .filter(({ area, title }) => area !== "Outposts" && !(area === "Containers" && title === "redis"))
        .concat(...Object.values(worse), ...more.map((slug) => application(slug, "ak-outpost-organizr")));
    return { dev: await pageOf(dev, devStatus), many: await pageOf(many, statusOf("dev", rows)) };
}

function declared(slug: string): object {
    const [externalHost, internalHost] = [`https://${slug}.localhost:8443`, `http://${slug}`];
    return {
        slug,
        name: slug,
        provider: { type: "proxy", outpost: "ak-outpost-organizr", externalHost, internalHost },
    };
}

async function pageOf(configuration: Configuration, status: Status): Promise<string> {
    const config = Object.fromEntries(
        Object.entries(configuration).map(([key, value]) => [`${project}:${key}`, value]),
    );
    const topology = await declaredTopology(stringify({ config }));
    return statusPage(status, topology, await svg(topology));
}
