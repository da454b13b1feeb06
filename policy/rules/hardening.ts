import { posix } from "node:path";
import {
    type ContainerUnderPolicy,
    holdsUnknown,
    itemsOf,
    notYetKnown,
    objectOf,
    objectsOf,
    ofContainer,
    textsOf,
} from "../container";
import { isHandOver } from "../../ground/hand-over";
import type { Rule } from "../production";

export const noPrivileged: Rule = {
    name: "no-privileged",
    description: "No container is privileged.",
    validateResource: ofContainer(({ inputs: { privileged } }, report) => {
        if (privileged === true) report("It has all rights of root on the host. Remove `privileged`.");
    }),
};

export const noHostNamespaces: Rule = {
    name: "no-host-namespaces",
    description: "No container shares the network, processes, memory or users of the host or of another container.",
    validateResource: ofContainer(({ inputs }, report) => {
        const { networkMode, pidMode, ipcMode, usernsMode } = inputs;
        // The networks that a job or a service is attached to may include the host's.
        const networks = objectsOf(inputs.networksAdvanced).map(({ name }): [string, unknown] => ["network", name]);
        for (const [what, value] of [...Object.entries({ networkMode, pidMode, ipcMode, usernsMode }), ...networks])
            if (typeof value === "string" && /^(host$|container:)/.test(value))
                report(`Its ${what} is ${value}. Remove it, and attach the container to a network of its own.`);
    }),
};

/** Sockets of engines, wherever they are. */
const engineSocket = /\b(docker|(containerd|podman)(\/.*)?)\.sock$/;

/** What engines have on a host: their sockets, also those of each user's, and the files of images and containers. */
const enginePlaces = [
    ...["/run/docker.sock", "/run/docker", "/run/containerd", "/run/podman"],
    ...["/run/user/<id>/docker.sock", "/run/user/<id>/docker", "/run/user/<id>/podman"],
    ...["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers"],
];

/** Whether a path of the host leads to an engine: it is one of its places, is in one, or has one in it. */
function reachesEngine(source: string): boolean {
    const normal = posix.normalize(source).replace(/\/+$/, "");
    if (engineSocket.test(normal)) return true;
    if (!source.startsWith("/")) return false;
    const path = `${normal}/`.replace(/^\/var\/run\//, "/run/").replace(/^\/run\/user\/\d+\//, "/run/user/<id>/");
    return enginePlaces.some((place) => path.startsWith(`${place}/`) || place.startsWith(path));
}

export const noDockerSocket: Rule = {
    name: "no-docker-socket",
    description: "No container reaches the Docker engine.",
    validateResource: ofContainer(({ inputs: { mounts, volumes } }, report) => {
        const sources = [
            ...objectsOf(mounts).map(({ source }) => source),
            ...objectsOf(volumes).map(({ hostPath }) => hostPath),
        ];
        for (const source of sources)
            if (typeof source === "string" && reachesEngine(source))
                report(
                    `It mounts ${source} of the host, through which it can start containers as root. Remove the mount.`,
                );
    }),
};

export const noNewPrivileges: Rule = {
    name: "no-new-privileges",
    description: "No process in a container can gain privileges that its parent does not have.",
    configSchema: {
        properties: {
            setOnNodes: {
                type: "boolean",
                description: 'daemon.json of every node has `"no-new-privileges": true`, which a service cannot set',
                default: false,
            },
        },
    },
    validateResource: ofContainer(({ kind, inputs: { securityOpts }, config: { setOnNodes } }, report) => {
        const options = textsOf(securityOpts);
        if (kind === "service" && setOnNodes !== true)
            report(
                'A setuid program in it becomes root, and a service cannot set `no-new-privileges`. Set `"no-new-privileges": true` in daemon.json of every node, and then `setOnNodes` in this policy\'s configuration.',
            );
        if (
            kind !== "service" &&
            !holdsUnknown(securityOpts) &&
            !options.some((option) => /^no-new-privileges([:=]true)?$/.test(option))
        )
            report("A setuid program in it becomes root. Add `no-new-privileges:true` to its `securityOpts`.");
        const unconfined = options.find((option) => /[:=](unconfined|disable)$/.test(option));
        if (unconfined !== undefined) report(`Its ${unconfined} turns off Docker's own protection. Remove it.`);
    }),
};

export const readOnlyRoot: Rule = {
    name: "read-only-root",
    description: "A container's root file system is read-only.",
    validateResource: ofContainer(({ inputs: { readOnly } }, report) => {
        if (readOnly !== true && readOnly !== notYetKnown)
            report(
                "An intruder can change its programs. Set `readOnly`, with a `tmpfs` for each folder it writes to and a volume for its files.",
            );
    }),
};

/** The capabilities that an image's entrypoint needs to own its data folder and to change from root to its user. */
const needed = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];

/** The gateway's program has it in its file, and does not start without. */
const neededByGateway = ["NET_BIND_SERVICE"];

/** The capabilities for giving a volume to its user. DAC_READ_SEARCH is for folders that only another user can enter. */
const neededToHandOver = ["CHOWN", "DAC_READ_SEARCH"];

export const capabilities: Rule = {
    name: "capabilities",
    description:
        "A container has no capabilities except those for handing over files, for changing from root to a user and, the gateway, for listening.",
    validateResource: ofContainer((container, report) => {
        const { capabilities: chosen } = container.inputs;
        const { drops, adds } = objectOf(chosen);
        if (chosen !== notYetKnown && !holdsUnknown(drops) && !textsOf(drops).map(bare).includes("ALL"))
            report("It keeps Docker's default capabilities. Drop `ALL`, and add the few that it needs.");
        const isGateway = container.urn.includes("authentik-stack:index:Gateway$");
        const allowed = handsOver(container) ? neededToHandOver : isGateway ? neededByGateway : needed;
        for (const added of textsOf(adds).map(bare))
            if (!allowed.includes(added))
                report(`It adds the capability ${added}. Remove it; allowed are ${allowed.join(", ")}.`);
    }),
};

/** If a container has no `user`, its image decides, which no policy can see. */
export const noRoot: Rule = {
    name: "no-root",
    description: "No container runs as root, except one that gives a volume to its user and has no network.",
    configSchema: {
        properties: {
            also: {
                type: "array",
                description: "resource names of other containers that may run as root",
                items: { type: "string" },
                default: [],
            },
        },
    },
    validateResource: ofContainer((container, report) => {
        const { name, config, inputs } = container;
        if (typeof inputs.user !== "string" || !/^(0+|root)(:|$)/.test(inputs.user)) return;
        if (textsOf(config.also).includes(name)) return;
        if (!handsOver(container))
            report("It runs as root. Set `user` to a user of its image, or name the container in the policy's `also`.");
        else if (isOnNetwork(container))
            report("It hands a volume over as root and is on a network. Disconnect it from the network.");
    }),
};

/** Whether a container is a job that gives a volume to the user of the next container. */
function handsOver({ kind, inputs: { entrypoints, command } }: ContainerUnderPolicy): boolean {
    return kind === "job" && isHandOver([...textsOf(entrypoints), ...textsOf(command)]);
}

/** A job is only on the networks that it names: see createOptions in engine/container.ts. */
function isOnNetwork({ inputs: { networksAdvanced, networkMode } }: ContainerUnderPolicy): boolean {
    return itemsOf(networksAdvanced).length > 0 || (networkMode !== undefined && networkMode !== "none");
}

/** Docker accepts capabilities with and without `CAP_`, in upper and lower case. */
function bare(capability: string): string {
    return capability.toUpperCase().replace(/^CAP_/, "");
}

/** Without a limit one container can take the host's memory from all others. */
export const memoryLimits: Rule = {
    name: "memory-limits",
    description: "A container has a memory limit.",
    validateResource: ofContainer(({ inputs: { memory } }, report) => {
        if (memory === undefined || memory === 0)
            report("It has no memory limit. Set `memory` in its section of the configuration, such as 512m.");
    }),
};
