import { outpostOf } from "../../authentik/applications";
import { embeddedOutpost, roles } from "../../authentik/roles";
import { readOutputs } from "../engine/pulumi-command";
import { nameOf } from "../stack/events";
import { prefixOf } from "../stack/files";
import { readState } from "../stack/state";
import type { OpenStack } from "../workplace";
import { configurationOf, declaredBy } from "./record";
import { type SignIn, signInsOf, type Topology, topologyOf } from "./topology";

/**
 * The topology that a configuration declares.
 *
 * @param text a stack's file.
 * @throws Error that lists every problem of the configuration.
 */
export async function declaredTopology(text: string): Promise<Topology> {
    const config = configurationOf(text);
    const applications = config.applications.map((application): SignIn => {
        const named = outpostOf(application);
        const outpost = named === embeddedOutpost ? roles.server.host : named;
        const asks = ["ldap", "radius"].includes(application.provider.type);
        return { slug: application.slug, asks, ...(outpost === undefined ? {} : { outpost }) };
    });
    const { prefix } = config;
    const consumers = config.consumers.map(({ name }) => name);
    return topologyOf(await declaredBy(config), { prefix, applications, consumers });
}

/** The topology that the last update left. */
export async function runningTopology(open: OpenStack): Promise<Topology> {
    const [{ resources }, outputs] = await Promise.all([readState(open), readOutputs(open)]);
    return topologyOf(
        resources.map(({ type, urn, id = "", inputs = {} }) => ({ type, name: nameOf(urn), id, inputs })),
        {
            prefix: prefixOf(open.stack.workspace.workDir, open.stack.name),
            applications: signInsOf(outputs),
            consumers: Object.keys(typeof outputs.databases === "object" ? (outputs.databases ?? {}) : {}),
        },
    );
}
