import { isIPv4 } from "node:net";
import { z } from "zod";
import { type Role, type RoleName, roles } from "../authentik/roles";
import { memory, named, section, text } from "../ground/fields";
import { certificates } from "./secrets";

const clean = (path: string) => path.replace(/(?<=.)\/+$/, "");
const address = z.union([z.ipv4(), z.ipv6()], { error: "must be an IP address, such as 192.0.2.53" });

/** A variable of a process: its name, which a shell could set as well. */
export const variableName = text(
    "must be the name of an environment variable, such as HTTPS_PROXY",
    /^[A-Za-z_][A-Za-z0-9_]*$/,
);

/** The value of such a variable; Pulumi reads digits as a number. */
export const variableValue = z.union([z.string(), z.number(), z.boolean()], {
    error: "must be text, a number, true or false",
});

const container = section({
    mounts: z
        .array(
            section({
                source: text(
                    "must be an absolute path on the Docker host or the name of a volume, such as /srv/geoip",
                    /^(\/.*|[a-zA-Z0-9][a-zA-Z0-9_.-]+)$/,
                )
                    .overwrite(clean)
                    .describe("an absolute path on the Docker host, or the name of a volume"),
                target: text(
                    "must be an absolute path in the container other than its root, such as /geoip",
                    /^(\/(?!\.{1,2}(\/|$))[^/:]+)+\/?$/,
                )
                    .overwrite(clean)
                    .describe("where it is in the container"),
                readOnly: z.boolean().default(true).describe("the container cannot write to it"),
            }),
        )
        .default([])
        .describe("folders and files of the Docker host, and volumes, to mount"),
    hosts: named(
        text("must be a host name, such as ldap.example.com", /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/),
        // The provider reads an IPv6 address back only up to its first colon, and would replace the container at each refresh.
        text(
            "must be an IPv4 address, such as 192.0.2.10, or host-gateway for the Docker host itself; for IPv6 use DNS",
            (value) => value === "host-gateway" || isIPv4(value),
        ),
    )
        .default({})
        .describe("extra host names with their addresses, as in /etc/hosts; `host-gateway` is the Docker host"),
    dns: z
        .array(address)
        .min(1)
        .optional()
        .describe("addresses of DNS servers; their order does not count; default: those of the Docker host"),
    environment: named(variableName, variableValue)
        .default({})
        .describe("environment variables other than authentik's settings, such as HTTPS_PROXY; never secrets"),
    shm: memory("1m")
        .optional()
        .describe("size of /dev/shm; default: 512m for server and worker, otherwise Docker's 64m"),
    caCertificates: certificates
        .optional()
        .describe("PEM of CAs to trust in addition to those of its image; not for postgres, redis and backup"),
});

/** What containers get beside what the stack gives them. */
export const containers = z
    .record(z.string(), container)
    .default({})
    .describe("additions to containers, by role, by an outpost's name, or `authentik` for server, worker and outposts");

/** What one container gets. */
export type ContainerConfig = z.infer<typeof container>;

/** The key that stands for server, worker and all outposts. */
export const everyone = "authentik";

/**
 * What a container gets: what all of authentik's get, and what is its own.
 *
 * @param role what it is; an outpost may have any name.
 */
export function additionsTo(
    name: string,
    role: RoleName,
    containers: Record<string, ContainerConfig>,
): Partial<ContainerConfig> {
    const own: Partial<ContainerConfig> = containers[name] ?? {};
    const common: Partial<ContainerConfig> | undefined = isAuthentik(roles[role]) ? containers[everyone] : undefined;
    if (common === undefined) return own;
    const trusted = [common, own].flatMap(({ caCertificates }) => caCertificates ?? []);
    return {
        mounts: [...(common.mounts ?? []), ...(own.mounts ?? [])],
        hosts: { ...common.hosts, ...own.hosts },
        dns: own.dns ?? common.dns,
        environment: { ...common.environment, ...own.environment },
        shm: own.shm ?? common.shm,
        caCertificates: trusted.length === 0 ? undefined : trusted.join("\n"),
    };
}

/** Whether a role's container is one of authentik's own. */
export function isAuthentik(role: Role): boolean {
    return role.image.tag === "authentik";
}

/** The variables with which programs in Python, Go and Rust find the CAs that they trust. */
export const trustVariables = ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] as const;
