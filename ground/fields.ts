import { z } from "zod";

/** Fields that several sections share. Each message says what is asked for and shows a value that works. */

/** Text of a form; a value of another type gets the same message as one of another form. */
export function text(error: string, form: RegExp | ((value: string) => boolean)) {
    const fits = (value: string) => (form instanceof RegExp ? form.test(value) : form(value));
    // What follows, such as writing it in another way, gets sound text only.
    return z.string({ error }).refine(fits, { error, abort: true });
}

/** Text that another program judges: why it does not take it, or undefined when it does. */
export function judged(wanted: string, problem: (value: string) => string | undefined) {
    return z.string({ error: wanted }).superRefine((value, context) => {
        const why = problem(value);
        if (why !== undefined) context.addIssue({ code: "custom", message: `${wanted}: ${why}` });
    });
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

/** An object whose keys are of a form, each with a value. */
export function named<Value extends z.ZodType>(key: z.ZodType<string>, value: Value) {
    return z.record(z.string(), value).superRefine((object, context) => {
        for (const name of Object.keys(object))
            for (const { message } of key.safeParse(name).error?.issues ?? [])
                context.addIssue({ code: "custom", path: [name], message });
    });
}

/** A lower-case name that is valid as a Docker name and a DNS label. */
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

/** One host name or several separated by commas, as PostgreSQL's libpq takes them. */
export const hosts = (example: string) =>
    text(
        `must be a host name or an address, such as ${example}, or several separated by commas`,
        /^[a-zA-Z0-9]([a-zA-Z0-9._:-]*[a-zA-Z0-9])?(,[a-zA-Z0-9]([a-zA-Z0-9._:-]*[a-zA-Z0-9])?)*$/,
    );

/**
 * An http or https URL without a path, as a person's browser reaches it, and written as browsers send it: in lower case,
 * without the port that the scheme has by default.
 *
 * @param more what a message adds.
 */
export const origin = (more = "") =>
    text(`must be an http or https URL without a path, such as https://auth.example.com${more}`, isOrigin).overwrite(
        (value) => new URL(value).origin,
    );

/** An http or https URL. */
export const httpUrl = text("must be an http or https URL, such as http://organizr:80", isHttp);

/** True for an http or https URL. */
export function isHttp(value: string): boolean {
    return parseHttp(value) !== undefined;
}

/** A TCP port. */
export const port = whole("must be a port number from 1 to 65535, such as 9000", 1, 65535);

/** A database of Redis. */
export const redisIndex = whole("must be a Redis database from 0 to 15, such as 1", 0, 15);

const units = { b: 2 ** -20, k: 2 ** -10, m: 1, g: 1024 } as const;

/** Megabytes of a size in Docker's notation: a whole number with b, k, m or g, in either case. */
function megabytes(size: string): number {
    return Number(size.slice(0, -1)) * units[size.slice(-1).toLowerCase() as keyof typeof units];
}

/**
 * A memory size in Docker's notation, written in whole megabytes or gigabytes.
 *
 * @param least the least with which the program in the container was seen to live. Default: Docker's own least.
 */
export const memory = (least = "6m") =>
    text("must be a size in Docker's notation, such as 512m or 2g", (value) => {
        return /^[1-9]\d{0,15}[bkmg]$/i.test(value) && megabytes(value) < 2 ** 30;
    })
        .refine((value) => megabytes(value) >= megabytes(least), {
            error: `is less than the ${least} that it needs; use ${least} or more`,
            abort: true,
        })
        .overwrite((value) => {
            const size = Math.floor(megabytes(value));
            return value.toLowerCase().endsWith("g") ? `${size / 1024}g` : `${size}m`;
        });

/** A reference to a container image with a tag or a digest; `latest` would change under a running system. */
export const image = text(
    "must be an image with a tag other than latest, or a digest, such as postgres:16-alpine",
    (value) => /^[^\s:@]+(:\d+\/[^\s:@]+)?(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(value) && isPinned(value),
);

const cpusError = "must be a number of processors greater than 0, such as 1.5";

/** Limits of one container, with the memory it gets by default. Docker refuses more processors than the host has. */
export const limits = ({ memory: size, leastMemory }: { memory: string; leastMemory?: string }) => ({
    memory: memory(leastMemory).default(size).describe("memory limit of the container; it gets no swap in addition"),
    cpus: z
        .number({ error: cpusError })
        .positive({ error: cpusError })
        .optional()
        .describe("processor limit of the container; default: all processors of the host"),
});

/** A port of a container that the host publishes. */
export const publishedPort = section({
    port: port.describe("port on the host"),
    ip: z
        .union([z.ipv4(), z.ipv6()], { error: "must be an IP address of the host, such as 127.0.0.1 or 0.0.0.0" })
        .default("127.0.0.1")
        .describe("address of the host that it listens on"),
    tls: z.boolean().optional().describe("publishes the port with TLS, such as LDAPS; default: false"),
});

function parseHttp(value: string): URL | undefined {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url !== undefined && ["http:", "https:"].includes(url.protocol) ? url : undefined;
}

/** Where a port of the host is published. */
export interface Published {
    port: number;
    ip: string;
    /** Default: TCP. */
    protocol?: string;
}

/** Whether two cannot be published together: 0.0.0.0 stands for every address of its family, as does ::. */
export function clash(one: Published, other: Published): boolean {
    const [first, second] = [address(one.ip), address(other.ip)];
    if (one.port !== other.port || (one.protocol ?? "tcp") !== (other.protocol ?? "tcp")) return false;
    if (first.includes(":") !== second.includes(":")) return false;
    return first === second || [first, second].some((ip) => ["0.0.0.0", "::"].includes(ip));
}

/** An address in its one form: an IPv6 address can be written in several. */
function address(ip: string): string {
    return ip.includes(":") && URL.canParse(`http://[${ip}]`) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}

function isOrigin(value: string): boolean {
    // Whatever else a URL may have would be lost; a lone slash may stand at its end.
    return /^https?:\/\/[^\s/?#@\\]+\/?$/i.test(value) && parseHttp(value) !== undefined;
}

function isPinned(value: string): boolean {
    const tag = /:([\w.-]+)(@|$)/.exec(value)?.[1];
    return value.includes("@sha256:") || (tag !== undefined && tag !== "latest");
}
