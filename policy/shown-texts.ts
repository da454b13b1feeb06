import { type ContainerInputs, objectOf, objectsOf, textsOf } from "./container";

/** The places of a container that `docker inspect` and process lists show to everybody on the host. */
export const shownPlaces = [
    "envs",
    "command",
    "entrypoints",
    "labels",
    "healthcheck",
    "logOpts",
    "name",
    "hostname",
] as const;

/** A text that everybody on the host may read. */
export interface Shown {
    /** Where it stands, e.g. `label com.example.token`. */
    place: string;
    /** The name of the setting or the label. */
    name?: string;
    text: string;
}

/** Every text of a container that is shown, as far as it is known. */
export function shownTexts(inputs: ContainerInputs): Shown[] {
    return [
        ...textsOf(inputs.envs).map((line) => {
            const at = line.indexOf("=");
            const name = at < 0 ? line : line.slice(0, at);
            return { place: `environment variable ${name}`, name, text: at < 0 ? "" : line.slice(at + 1) };
        }),
        ...objectsOf(inputs.labels).flatMap(({ label, value }) =>
            typeof label === "string" && typeof value === "string"
                ? [{ place: `label ${label}`, name: label, text: value }]
                : [],
        ),
        ...Object.entries(objectOf(inputs.logOpts)).flatMap(([name, text]) =>
            typeof text === "string" ? [{ place: `log option ${name}`, name, text }] : [],
        ),
        // An option and its value may be two words.
        { place: "command", text: textsOf(inputs.command).join(" ") },
        { place: "entrypoint", text: textsOf(inputs.entrypoints).join(" ") },
        { place: "health check", text: textsOf(objectOf(inputs.healthcheck).tests).join(" ") },
        ...[inputs.name, inputs.hostname].flatMap((text) =>
            typeof text === "string" ? [{ place: "name", text }] : [],
        ),
    ].filter(({ text }) => text !== "");
}

/**
 * Contents of the secret files that docker.Container is given as `uploads`. This project's own containers have none: a
 * program that imports it may hand secrets to its own containers in this way (`secretFiles`).
 */
export function secretFilesOf(inputs: ContainerInputs): string[] {
    return objectsOf(inputs.uploads).flatMap(({ file, content }) =>
        typeof file === "string" && file.startsWith("/run/secrets/") && typeof content === "string" ? [content] : [],
    );
}

/** Whether a text holds a secret: as it is, as a URL or JSON writes it, or as base64 of it or of more. */
export function holds(text: string, secret: string): boolean {
    // Shorter ones are found by chance.
    if (secret.length < 8) return false;
    return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64Forms(secret)].some(
        (form) => text.includes(form),
    );
}

/** What base64 makes of it depends on how many bytes stand before it; of each the part that depends on nothing else. */
function base64Forms(secret: string): string[] {
    return [0, 1, 2].map((before) => {
        const bytes = Buffer.from("\0".repeat(before) + secret);
        return bytes.toString("base64").slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3) - 1);
    });
}
