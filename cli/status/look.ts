import { roles } from "../../authentik/roles";
import { resourceLabel } from "../../engine/labels";
import { valueAt } from "../../ground/problems";
import { BackupStore, restoreOf } from "../backup/store";
import { readOutputs } from "../engine/pulumi-command";
import { containerIn, signInsOf, titleOf } from "../graph/topology";
import { reasonOf } from "../progress";
import { containersOf, type Found } from "../stack/containers";
import { swarmOf } from "../stack/swarm";
import { prefixOf, readRequirements } from "../stack/files";
import { kindOf, nameOf } from "../stack/events";
import { containersIn, readState, type State } from "../stack/state";
import { dockerOf, type OpenStack } from "../workplace";
import { askAuthentik, endingRows, outpostRows, releaseRow } from "./authentik";
import { containerRows, seeContainers } from "./containers";
import { gatewayRows, servedNames } from "./gateway";
import { seeServices, serviceRows } from "./services";
import { backupRows, changeRow, connectionsOf, databaseRow, diskRow, restoreRow } from "./rest";
import { type Area, areas, row, type Row, type Status } from "./row";

/** Looks at everything of a stack; what cannot be told says why. */
export async function look(open: OpenStack, now = new Date()): Promise<Status> {
    const { stack, identity, workplace } = open;
    const { name } = stack;
    const root = stack.workspace.workDir;
    const prefix = prefixOf(root, name);
    const requirements = readRequirements(root, name);
    const [state, outputs, seen, restore] = await Promise.all([
        readState(open),
        readOutputs(open, true),
        containersOf(open).catch((error: unknown) => reasonOf(error)),
        restoreOf(open).catch(() => undefined),
    ]);
    const time = now.toISOString();
    // Of a stack that was never brought up, or was destroyed, there is nothing else to tell.
    if (state.resources.length === 0) {
        const last = await lastChange(open, now);
        return { stack: name, url: "", time, attention: last.state === "attention" ? 1 : 0, rows: [last] };
    }
    const expected = expectedIn(state);
    const running = (role: "server" | "postgres" | "backup" | "gateway"): Found | undefined =>
        typeof seen === "string"
            ? undefined
            : seen.find(
                  ({ isRunning, labels }) =>
                      isRunning && expected[labels[resourceLabel] ?? ""] === `${prefix}${roles[role].host}`,
              );
    /** Rows that a running container is asked for. */
    const from = async (
        role: "server" | "postgres" | "gateway",
        of: Area[],
        rows: (container: Found) => Promise<Row[]>,
    ): Promise<Row[]> => {
        const container = running(role);
        const unknown = (text: string) => of.map((area): Row => ({ area, title: area, state: "unknown", text }));
        if (container === undefined) return unknown(`${roles[role].host} does not run`);
        if (container.isStarting) return unknown(`${roles[role].host} is still starting`);
        return await rows(container).catch((error: unknown) =>
            of.map((area) => row(area, area, reasonOf(error), `${logsOf(open)} ${container.name}`)),
        );
    };
    const version = textOf(outputs.version, requirements.version);
    const known = [
        ...(typeof seen === "string"
            ? [row("Containers", "Docker engine", seen, "npm run doctor")]
            : requirements.swarm === undefined
              ? containerRows(expected, await seeContainers(dockerOf(workplace), identity), {
                    stack: name,
                    prefix,
                    now,
                })
              : serviceRows(expected, await seeServices(dockerOf(workplace), identity), { stack: name, prefix })),
        ...(restore === undefined ? [] : [restoreRow(restore, name)]),
        releaseRow(version, requirements.allowUntested, name),
        ...applicationRows(outputs),
        ...(requirements.ownsPostgres ? [] : [row("Database", "Connections", "it does not run its own PostgreSQL")]),
    ];
    const isExpected = (role: "backup" | "gateway") => Object.values(expected).includes(`${prefix}${roles[role].host}`);
    const asked = await Promise.all([
        from("server", ["Outposts", "Certificates and tokens", "Disk"], async (server) => {
            const told = await askAuthentik(server, textOf(outputs.apiToken, ""), `${prefix}${roles.server.host}`);
            return [...outpostRows(told, name, now), ...endingRows(told, now), diskRow(told.disk)];
        }),
        isExpected("gateway")
            ? from("gateway", ["Certificates and tokens"], async (gateway) =>
                  gatewayRows(await servedNames(gateway), { stack: name, now }),
              )
            : Promise.resolve([]),
        requirements.ownsPostgres
            ? from("postgres", ["Database"], async (postgres) => [databaseRow(await connectionsOf(postgres))])
            : Promise.resolve([]),
        backups(open, running("backup"), isExpected("backup"), now),
        lastChange(open, now),
    ]);
    const rows = areas.flatMap((area) => [...known, ...asked.flat()].filter((one) => one.area === area));
    const attention = rows.filter((one) => one.state === "attention").length;
    return { stack: name, url: textOf(outputs.url, ""), time, attention, rows };
}

/** What was last done to a stack, and how it ended. */
async function lastChange({ stack }: OpenStack, now: Date): Promise<Row> {
    return await stack
        .history(1, 1, false)
        .then(([last]) => changeRow(last, stack.name, now))
        .catch((error: unknown) => row("Last change", "Update", reasonOf(error), "npm run doctor"));
}

/** The containers that the last update left, by resource, with the names that they have on their networks. */
function expectedIn({ resources }: State): Record<string, string> {
    return Object.fromEntries(
        containersIn(resources).map(({ urn, type, inputs = {} }) => [
            nameOf(urn),
            titleOf(kindOf(type) === "service" ? containerIn(inputs) : inputs) ?? urn,
        ]),
    );
}

/** The command that shows what a container printed; on a Swarm what those of a service did. */
function logsOf(open: OpenStack): string {
    return swarmOf(open) === undefined ? "docker logs" : "docker service logs";
}

async function backups(open: OpenStack, container: Found | undefined, isExpected: boolean, now: Date): Promise<Row[]> {
    const { name } = open.stack;
    if (container === undefined) {
        const text = isExpected ? "their container does not run" : "this stack makes none";
        return [{ ...row("Backups", "Newest", text), state: isExpected ? "unknown" : "fine" }];
    }
    try {
        const variables = await container.variables();
        const period = variables.find((text) => text.startsWith("PERIOD="))?.slice("PERIOD=".length);
        return backupRows(await new BackupStore(open).list(), Number(period), name, now);
    } catch (error) {
        return [row("Backups", "Newest", reasonOf(error), `${logsOf(open)} ${container.name}`)];
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
