import { type ContainerInputs, objectOf, objectsOf, textsOf } from "./container";

/** The properties of a container that `docker inspect` and process lists show on the host. */
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

/** A text that `docker inspect` or a process list shows. */
export interface Shown {
    /** Where it is, e.g. `label com.example.token`. */
    place: string;
    /** The name of the setting or the label. */
    name?: string;
    text: string;
}

/** Every text of a container that is shown, if it is known. */
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
        // Joined, since an option and its value may be two words.
        { place: "command", text: textsOf(inputs.command).join(" ") },
        { place: "entrypoint", text: textsOf(inputs.entrypoints).join(" ") },
        { place: "health check", text: textsOf(objectOf(inputs.healthcheck).tests).join(" ") },
        ...[inputs.name, inputs.hostname].flatMap((text) =>
            typeof text === "string" ? [{ place: "name", text }] : [],
        ),
    ].filter(({ text }) => text !== "");
}

/**
 * Contents of the secret files among the `uploads` of a docker.Container. This project's own containers have none; programs
 * that import it can give secrets to their own containers in this way (`secretFiles`).
 */
export function secretFilesOf(inputs: ContainerInputs): string[] {
    return objectsOf(inputs.uploads).flatMap(({ file, content }) =>
        typeof file === "string" && file.startsWith("/run/secrets/") && typeof content === "string" ? [content] : [],
    );
}

/** Whether a text contains a secret: as it is, encoded for a URL or JSON, or in base64, alone or as a part of more. */
export function holds(text: string, secret: string): boolean {
    // Shorter ones would be found by chance.
    if (secret.length < 8) return false;
    return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64Forms(secret)].some(
        (form) => text.includes(form),
    );
}

/** A secret's base64 depends on the number of bytes before it: for each case, the part that only the secret determines. */
function base64Forms(secret: string): string[] {
    return [0, 1, 2].map((before) => {
        const bytes = Buffer.from("\0".repeat(before) + secret);
        return bytes.toString("base64").slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3) - 1);
    });
}
