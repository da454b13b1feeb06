import { objectsOf, ofContainer, textsOf, unknown } from "../container";
import type { Rule } from "../production";

export const noPrivileged: Rule = {
    name: "no-privileged",
    description: "No container is privileged.",
    validateResource: ofContainer(({ inputs: { privileged } }, report) => {
        if (privileged === true) report("It may do all that root of the host may. Remove `privileged`.");
    }),
};

export const noHostNamespaces: Rule = {
    name: "no-host-namespaces",
    description: "No container shares the network, processes, memory or users of the host or of another container.",
    validateResource: ofContainer(({ inputs }, report) => {
        for (const mode of ["networkMode", "pidMode", "ipcMode", "usernsMode"] as const) {
            const value = inputs[mode];
            if (typeof value === "string" && /^(host$|container:)/.test(value))
                report(`Its ${mode} is ${value}. Remove it, and attach the container to a network of its own.`);
        }
    }),
};

/** Docker's socket, and every folder of the host that it is reached through. */
const reachesSocket =
    /^\/$|^\/(var(\/run)?|run)$|\bdocker\.sock$|\b(containerd|podman)(\/.*)?\.sock$|^\/var\/lib\/docker\b/;

export const noDockerSocket: Rule = {
    name: "no-docker-socket",
    description: "No container reaches the Docker engine.",
    validateResource: ofContainer(({ inputs: { mounts, volumes } }, report) => {
        const sources = [
            ...objectsOf(mounts).map(({ source }) => source),
            ...objectsOf(volumes).map(({ hostPath }) => hostPath),
        ];
        for (const source of sources)
            if (typeof source === "string" && reachesSocket.test(source.replace(/(?<=.)\/+$/, "")))
                report(
                    `It mounts ${source} of the host, and through it can start containers as root. Remove the mount.`,
                );
    }),
};

export const noNewPrivileges: Rule = {
    name: "no-new-privileges",
    description: "No process in a container can gain privileges that its parent does not have.",
    validateResource: ofContainer(({ inputs: { securityOpts } }, report) => {
        const options = textsOf(securityOpts);
        if (!options.some((option) => /^no-new-privileges([:=]true)?$/.test(option)))
            report("A setuid program in it gets root. Add `no-new-privileges:true` to its `securityOpts`.");
        const unconfined = options.find((option) => /[:=]unconfined$/.test(option));
        if (unconfined !== undefined) report(`Its ${unconfined} takes Docker's own protection away. Remove it.`);
    }),
};

export const readOnlyRoot: Rule = {
    name: "read-only-root",
    description: "A container's root file system is read-only.",
    validateResource: ofContainer(({ inputs: { readOnly } }, report) => {
        if (readOnly !== true && readOnly !== unknown)
            report(
                "Whoever breaks into it can change its programs. Set `readOnly`, with a `tmpfs` for each folder it writes to and a volume for its files.",
            );
    }),
};

/** What an image's entrypoint needs to own its data folder and to drop from root to its user. */
const needed = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];

export const capabilities: Rule = {
    name: "capabilities",
    description: "A container has no capability but those that handing over files and dropping to a user take.",
    validateResource: ofContainer(({ inputs }, report) => {
        const { drops, adds } = (inputs.capabilities ?? {}) as { drops?: unknown; adds?: unknown };
        if (!textsOf(drops).map(bare).includes("ALL"))
            report("It keeps Docker's own choice of capabilities. Drop `ALL`, and add the few it needs.");
        for (const added of textsOf(adds).map(bare))
            if (!needed.includes(added)) report(`It adds the capability ${added}. Allowed are ${needed.join(", ")}.`);
    }),
};

/** Docker takes capabilities with and without `CAP_`, in any case. */
function bare(capability: string): string {
    return capability.toUpperCase().replace(/^CAP_/, "");
}
