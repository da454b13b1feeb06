import { z } from "zod";

/** Fields that several sections share. Each message says what is asked for and shows a value that works. */

/** Text of a form; a value of another type gets the same message as one of another form. */
export function text(error: string, form: RegExp | ((value: string) => boolean)) {
    return z.string({ error }).refine((value) => (form instanceof RegExp ? form.test(value) : form(value)), { error });
}

/** A whole number in a range. */
export function whole(error: string, min: number, max: number) {
    return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A section of the configuration: an object with these keys and no others. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
    return z.strictObject(shape, {
        error: (issue) => (issue.code === "invalid_type" ? "must be an object" : undefined),
    });
}

/** A lower-case name that is valid as a Docker name, a DNS label and an authentik slug. */
export const name = text(
    "must be lower-case letters, digits and hyphens, at most 50, such as ak-outpost-organizr",
    /^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/,
);

/** A name of a Docker network, volume or container. */
export const dockerName = text(
    "must be a Docker name: letters, digits, underscores, dots and hyphens, such as frontend_net",
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
);

/** An identifier of PostgreSQL that needs no quoting. */
export const identifier = text(
    "must be lower-case letters, digits and underscores and at most 63 characters, such as paperless",
    /^[a-z_][a-z0-9_]{0,62}$/,
);

/** A host name or an address. */
export const host = (example: string) =>
    text(`must be a host name or an address, such as ${example}`, /^[a-zA-Z0-9]([a-zA-Z0-9._:-]*[a-zA-Z0-9])?$/);

/** An http or https URL without a path, as a person's browser reaches it. */
export const origin = text("must be an http or https URL without a path, such as https://auth.example.com", isOrigin);

/** An http or https URL. */
export const httpUrl = text(
    "must be an http or https URL, such as http://organizr:80",
    (value) => parseHttp(value) !== undefined,
);

/** A TCP port. */
export const port = whole("must be a port number from 1 to 65535, such as 9000", 1, 65535);

/** A database of Redis. */
export const redisIndex = whole("must be a Redis database from 0 to 15, such as 1", 0, 15);

/** A memory size in Docker's notation. */
export const memory = text("must be a size in megabytes or gigabytes, such as 512m or 2g", /^[1-9]\d{0,6}[mg]$/);

/** A reference to a container image with a tag or a digest; `latest` would change under a running system. */
export const image = text(
    "must be an image with a tag other than latest, or a digest, such as postgres:16-alpine",
    (value) => /^[^\s:@]+(:\d+\/[^\s:@]+)?(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(value) && isPinned(value),
);

const cpusError = "must be a number of processors greater than 0, such as 1.5";

/** Limits of one container, with the memory it gets by default. Docker refuses more processors than the host has. */
export const limits = (size: string) => ({
    memory: memory.default(size).describe("most memory the container may use; swap is not added to it"),
    cpus: z
        .number({ error: cpusError })
        .positive({ error: cpusError })
        .optional()
        .describe("most processors the container may use; default: all of the host's"),
});

/** A port of a container that the host publishes. */
export const publishedPort = section({
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
    const written = value.toLowerCase().replace(/:(80|443)(?=\/?$)/, "");
    return url !== undefined && [url.origin, `${url.origin}/`].includes(written);
}

function isPinned(value: string): boolean {
    const tag = /:([\w.-]+)(@|$)/.exec(value)?.[1];
    return value.includes("@sha256:") || (tag !== undefined && tag !== "latest");
}

/** True for a regular expression that is not empty. */
export function isRegex(value: string): boolean {
    try {
        new RegExp(value);
        return value.length > 0;
    } catch {
        return false;
    }
}
