import { madeOfLabel } from "../../../engine/labels";
import { handOverProgram } from "../../../ground/hand-over";
import type { Checked } from "./validate";

/** A container's settings, as arguments of docker.Container. */
export type Settings = Record<string, unknown>;

/** A kind of container: which resource describes it, and with what it keeps to every policy. */
export interface Kind {
    sound: Settings;
    resource: (settings: Settings) => Checked;
    /** Settings that it does not have. */
    lacks: string[];
}

const image = `postgres:16-alpine@sha256:${"0123456789abcdef".repeat(4)}`;
const digest = { label: madeOfLabel, value: "0123456789abcdef" };
const sound = {
    image,
    envs: ["POSTGRES_PASSWORD_FILE=/run/secrets/password"],
    labels: [digest],
    volumes: [{ containerPath: "/run/secrets" }],
    networksAdvanced: [{ name: "backend", aliases: [] }],
    memory: 512,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
};
const [program = "", ...args] = handOverProgram("postgres", ["/var/lib/postgresql/data"]);
const handOver = {
    image,
    entrypoints: [program],
    command: args,
    user: "0",
    mounts: [{ type: "volume", source: "pg_data", target: "/var/lib/postgresql/data" }],
    networksAdvanced: [],
    memory: 256,
    readOnly: true,
    capabilities: { drops: ["ALL"], adds: ["CHOWN", "DAC_READ_SEARCH"] },
    securityOpts: ["no-new-privileges:true"],
};

/** Every kind of container that a stack runs. */
export const kinds: Record<string, Kind> = {
    "a container that runs on": { sound, resource: (props) => ({ name: "it", stack: "prod", props }), lacks: [] },
    "a job": { sound: { ...sound, user: "postgres" }, resource: (settings) => step([settings]), lacks: [] },
    "a hand-over of a volume": { sound: handOver, resource: (settings) => step([handOver, settings]), lacks: [] },
    "a service": {
        sound,
        resource: service,
        lacks: ["privileged", "pidMode", "networkMode", "uploads", "publishAllPorts", "securityOpts"],
    },
};

/** A recorded step that runs containers. */
export function step(containers: Settings[]): Checked {
    const input = { facts: { check: "pg_isready" }, secrets: "0123456789abcdef", containers, again: "" };
    return { type: "pulumi:index:Stash", name: "it", stack: "prod", props: { input } };
}

/** The settings as docker.Service takes them. */
function service(settings: Settings): Checked {
    const { labels, networksAdvanced, memory, logOpts, ports } = settings;
    const { drops, adds } = (settings.capabilities ?? {}) as { drops?: string[]; adds?: string[] };
    const env = ((settings.envs ?? []) as string[]).map((line) => line.split(/=(.*)/s).slice(0, 2));
    const { image, user, hostname, mounts, readOnly, healthcheck, entrypoints, command } = settings;
    const containerSpec = {
        ...{ image, user, hostname, mounts, readOnly, healthcheck, labels, capDrops: drops, capAdds: adds },
        ...{ commands: entrypoints, args: command, env: Object.fromEntries(env) as Record<string, string> },
    };
    const published = ((ports ?? []) as { internal: number; external: number }[]).map(({ internal, external }) => ({
        targetPort: internal,
        publishedPort: external,
    }));
    const taskSpec = {
        containerSpec,
        networksAdvanceds: ((networksAdvanced ?? []) as { name: string }[]).map(({ name: id, ...rest }) => ({
            ...rest,
            id,
        })),
        resources: { limits: { memoryBytes: memory } },
        logDriver: { name: "json-file", options: logOpts },
    };
    const props = { name: settings.name, taskSpec, endpointSpec: { ports: published } };
    return { type: "docker:index/service:Service", name: "it", stack: "prod", props };
}
