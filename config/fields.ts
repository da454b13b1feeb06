import { z } from "zod";
import { isSupported, supported, versionPattern } from "../authentik/releases";

/** Fields that several sections share. Each message says what is asked for and shows a value that works. */

/** A lower-case name that is valid as a Docker name, a DNS label and an authentik slug. */
export const name = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, {
    error: "must be lower-case letters, digits and hyphens, such as ak-outpost-organizr",
});

/** A name of a Docker network, volume or container. */
export const dockerName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, {
    error: "must be a Docker name: letters, digits, underscores, dots and hyphens, such as frontend_net",
});

/** An identifier of PostgreSQL that needs no quoting. */
export const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, {
    error: "must be lower-case letters, digits and underscores and at most 63 characters, such as paperless",
});

/** An http or https URL without a path, as a person's browser reaches it. */
export const origin = z.string().refine(isOrigin, {
    error: "must be an http or https URL without a path, such as https://auth.example.com",
});

/** An http or https URL. */
export const httpUrl = z.string().refine((value) => parseHttp(value) !== undefined, {
    error: "must be an http or https URL, such as http://organizr:80",
});

/** A TCP port. */
export const port = z
    .int({ error: "must be a port number from 1 to 65535, such as 9000" })
    .min(1, { error: "must be a port number from 1 to 65535, such as 9000" })
    .max(65535, { error: "must be a port number from 1 to 65535, such as 9000" });

/** An authentik version of a series this program knows. */
export const version = z.string().refine((value) => versionPattern.test(value) && isSupported(value), {
    error: `must be an authentik version from ${supported.from} to ${supported.to}, such as 2025.8.4`,
});

/** A memory size in Docker's notation. */
export const memory = z.string().regex(/^[1-9]\d*[mg]$/, {
    error: "must be a size in megabytes or gigabytes, such as 512m or 2g",
});

/** A reference to a container image with a tag or a digest; `latest` would change under a running system. */
export const image = z
    .string()
    .refine((value) => /^[^\s:@]+(:\d+\/[^\s:@]+)?(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(value) && isPinned(value), {
        error: "must be an image with a tag other than latest, or a digest, such as postgres:16-alpine",
    });

/** Limits of one container. */
export const limits = z.strictObject({
    memory: memory.optional().describe("most memory the container may use; swap is not added to it"),
    cpus: z
        .number({ error: "must be a number of processors, such as 1.5" })
        .positive({ error: "must be a number of processors greater than 0, such as 1.5" })
        .optional()
        .describe("most processors the container may use"),
});

/** A port of a container that the host publishes. */
export const publishedPort = z.strictObject({
    port: port.describe("port on the host"),
    ip: z
        .union([z.ipv4(), z.ipv6()], { error: "must be an IP address of the host, such as 127.0.0.1 or 0.0.0.0" })
        .default("127.0.0.1")
        .describe("address of the host that it listens on"),
});

function parseHttp(value: string): URL | undefined {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url !== undefined && ["http:", "https:"].includes(url.protocol) ? url : undefined;
}

function isOrigin(value: string): boolean {
    const url = parseHttp(value);
    return (
        url !== undefined &&
        [url.origin, `${url.origin}/`].includes(value.toLowerCase().replace(/:(80|443)(?=\/?$)/, ""))
    );
}

function isPinned(value: string): boolean {
    const tag = /:([\w.-]+)(@|$)/.exec(value)?.[1];
    return value.includes("@sha256:") || (tag !== undefined && tag !== "latest");
}
