import { roles } from "../../authentik/roles";
import { valueAt } from "../../ground/problems";
import { BackupStore } from "../backup/store";
import { readOutputs } from "../engine/pulumi-command";
import { signInsOf, titleOf } from "../graph/topology";
import { reasonOf } from "../progress";
import { prefixOf, readRequirements } from "../stack/files";
import { kindOf } from "../stack/events";
import { readState, type State } from "../stack/state";
import { dockerOf, type OpenStack } from "../workplace";
import { askAuthentik, endingRows, outpostRows, releaseRow } from "./authentik";
import { containerRows, type SeenContainer, seeContainers } from "./containers";
import { gatewayRows, servedNames } from "./gateway";
import { backupRows, changeRow, connectionsOf, databaseRow, diskRow } from "./rest";
import { type Area, areas, row, type Row, type Status } from "./row";

/** Looks at everything of a stack; what cannot be told says why. */
export async function look(open: OpenStack, now = new Date()): Promise<Status> {
    const { stack, identity, workplace } = open;
    const { name } = stack;
    const root = stack.workspace.workDir;
    const prefix = prefixOf(root, name);
    const requirements = readRequirements(root, name);
    const [state, outputs, seen] = await Promise.all([
        readState(open),
        readOutputs(open, true),
        seeContainers(dockerOf(workplace), identity).catch((error: unknown) => reasonOf(error)),
    ]);
    const docker = await dockerOf(workplace).client();
    const expected = expectedIn(state);
    const running = (role: "server" | "postgres" | "backup" | "gateway"): SeenContainer | undefined =>
        typeof seen === "string"
            ? undefined
            : seen.find((one) => one.state.Running && one.host === `${prefix}${roles[role].host}`);
    /** Rows that a running container is asked for. */
    const from = async (
        role: "server" | "postgres" | "gateway",
        of: Area[],
        rows: (id: string) => Promise<Row[]>,
    ): Promise<Row[]> => {
        const container = running(role);
        const unknown = (text: string) => of.map((area): Row => ({ area, title: area, state: "unknown", text }));
        if (container === undefined) return unknown(`${roles[role].host} does not run`);
        if (container.state.Health?.Status === "starting") return unknown(`${roles[role].host} is still starting`);
        return await rows(container.id).catch((error: unknown) =>
            of.map((area) => row(area, area, reasonOf(error), `docker logs ${container.name}`)),
        );
    };
    const version = textOf(outputs.version, requirements.version);
    const known = [
        ...(typeof seen === "string"
            ? [row("Containers", "Docker engine", seen, "npm run doctor")]
            : containerRows(expected, seen, { stack: name, prefix, now })),
        releaseRow(version, requirements.allowUntested, name),
        ...applicationRows(outputs),
        ...(requirements.ownsPostgres ? [] : [row("Database", "Connections", "it does not run its own PostgreSQL")]),
    ];
    const isExpected = (role: "backup" | "gateway") => Object.values(expected).includes(`${prefix}${roles[role].host}`);
    const asked = await Promise.all([
        from("server", ["Outposts", "Certificates and tokens", "Disk"], async (id) => {
            const told = await askAuthentik(docker.getContainer(id), textOf(outputs.apiToken, ""));
            return [...outpostRows(told, name, now), ...endingRows(told, now), diskRow(told.disk)];
        }),
        isExpected("gateway")
            ? from("gateway", ["Certificates and tokens"], async (id) =>
                  gatewayRows(await servedNames(docker.getContainer(id)), { stack: name, now }),
              )
            : Promise.resolve([]),
        requirements.ownsPostgres
            ? from("postgres", ["Database"], async (id) => [databaseRow(await connectionsOf(docker.getContainer(id)))])
            : Promise.resolve([]),
        backups(open, running("backup"), isExpected("backup"), now),
        stack
            .history(1, 1, false)
            .then(([last]) => [changeRow(last, name, now)])
            .catch((error: unknown) => [row("Last change", "Update", reasonOf(error), "npm run doctor")]),
    ]);
    const rows = areas.flatMap((area) => [...known, ...asked.flat()].filter((one) => one.area === area));
    const attention = rows.filter((one) => one.state === "attention").length;
    return { stack: name, url: textOf(outputs.url, ""), time: now.toISOString(), attention, rows };
}

/** The containers that the last update left, by resource, with the names that they have on their networks. */
function expectedIn({ resources }: State): Record<string, string> {
    return Object.fromEntries(
        resources
            .filter(({ type }) => kindOf(type) === "container")
            .map(({ urn, inputs }) => [urn.split("::").at(-1) ?? urn, titleOf(inputs ?? {}) ?? urn]),
    );
}

async function backups(
    open: OpenStack,
    container: SeenContainer | undefined,
    isExpected: boolean,
    now: Date,
): Promise<Row[]> {
    const { name } = open.stack;
    if (container === undefined) {
        const text = isExpected ? "their container does not run" : "this stack makes none";
        return [{ ...row("Backups", "Newest", text), state: isExpected ? "unknown" : "fine" }];
    }
    const period = container.variables.find((text) => text.startsWith("PERIOD="))?.slice("PERIOD=".length);
    try {
        return backupRows(await new BackupStore(open).list(), Number(period), name, now);
    } catch (error) {
        return [row("Backups", "Newest", reasonOf(error), `docker logs ${container.name}`)];
    }
}

/** The applications with their links, and the outposts in front of them. */
function applicationRows(outputs: Record<string, unknown>): Row[] {
    return signInsOf(outputs).map(({ slug, outpost }) => {
        const link = valueAt(outputs.applications, [slug, "url"]);
        const text = outpost === undefined ? "asks authentik" : `through ${outpost}`;
        return { ...row("Applications", slug, text), ...(typeof link === "string" && link !== "" ? { link } : {}) };
    });
}

function textOf(value: unknown, otherwise: string): string {
    return typeof value === "string" ? value : otherwise;
}
