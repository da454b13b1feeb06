import { imagePins } from "../../authentik/images";
import { isSecretSetting, settings, type SettingsTree } from "../../authentik/settings";
import { email, emailNames } from "../../config/email";
import type { Installation, OldMount } from "./installation";

/** An installation in the keys of this program. */
export interface Translation {
    /** By key, without the namespace; nothing in it is secret. */
    config: Record<string, unknown>;
    /** By path below the namespace, each to be encrypted. */
    secrets: Record<string, string>;
    /** What is to be copied, into which folder of which volume. */
    copies: { source: string; folder: string; volume: "media" | "templates" | "certificates"; into: string }[];
    /** What could not be translated, each with what it means. */
    notes: string[];
}

/** Where this program's volumes get what authentik's documentation mounts; from 2025.12 on, /data has both kinds of files. */
const places: Record<string, Omit<Translation["copies"][number], "source">[]> = {
    "/media": [{ folder: "", volume: "media", into: "" }],
    "/data/media": [{ folder: "", volume: "media", into: "" }],
    "/data": [
        { folder: "media", volume: "media", into: "" },
        { folder: "reports", volume: "media", into: "reports" },
    ],
    "/templates": [{ folder: "", volume: "templates", into: "" }],
    "/certs": [{ folder: "", volume: "certificates", into: "" }],
};

/** Settings that this program makes itself, so that nothing is lost with them. */
const dropped =
    /^(secret_key|postgresql\.(host|port|name|user|password)|redis(\.|$)|bootstrap_|image|tag|host|web\.base_url)/;

/** Variables for the compose file itself, which reach the containers with its `.env`. */
const ofNobody = /^(PG_|COMPOSE_|POSTGRES_)/;

/** Variables that mean the same in every container. */
const ofAll = /^(https?_proxy|no_proxy|tz)$/i;

/** Translates an installation; `url` and the e-mail address win over what it says itself. */
export function translate(old: Installation, url?: string): Translation {
    const notes: string[] = [];
    const { tree, mail, secrets } = translateSettings(old, notes);
    const { containers, copies } = translateMounts(old, notes);
    const [frontend, backend, ...others] = old.networks;
    for (const network of others)
        notes.push(
            `the network ${network}: here, authentik joins only two existing networks, ${frontend} and ${backend}`,
        );
    for (const outpost of old.outposts)
        notes.push(
            `the outpost ${outpost}: declare it under outposts, or set its AUTHENTIK_HOST to where it reaches the new server`,
        );
    const adopt = (name: string) => ({ name, adopt: true });
    const environment = Object.entries(old.environment).filter(
        ([name, value]) => ofAll.test(name) && !/:.*@/.test(value),
    );
    const everywhere = environment.length === 0 ? {} : { authentik: { environment: Object.fromEntries(environment) } };
    const known = url ?? old.environment.AUTHENTIK_WEB__BASE_URL ?? old.environment.AUTHENTIK_HOST ?? old.url;
    const address = old.environment.AUTHENTIK_BOOTSTRAP_EMAIL ?? old.email;
    const config = {
        version: old.version,
        url: known === undefined || !URL.canParse(known) ? undefined : new URL(known).origin,
        admin: { ...((old.email ?? address) === undefined ? {} : { email: old.email ?? address }) },
        images: imagesOf(old),
        networks: {
            ...(frontend === undefined ? {} : { frontend: adopt(frontend) }),
            ...(backend === undefined ? {} : { backend: adopt(backend) }),
        },
        server: old.ports.length === 0 ? {} : { ports: old.ports },
        email: mail,
        containers: { ...everywhere, ...containers },
        settings: tree,
    };
    return { config: withoutEmpty(config), secrets, copies, notes };
}

/** An image of another name than the official one stays, as does a PostgreSQL that is newer than the one here. */
function imagesOf({ image, database }: Installation): Record<string, string> {
    const isOfficial = image === undefined || /^(ghcr\.io\/goauthentik|(docker\.io\/)?beryju)\//.test(image);
    const isNewer = (database?.major ?? 0) > Number.parseInt(imagePins.tags.postgres, 10);
    return {
        ...(isOfficial ? {} : { server: image }),
        ...(isNewer ? { postgres: `postgres:${database?.major}-alpine` } : {}),
    };
}

function translateSettings({ environment, fromFiles }: Installation, notes: string[]) {
    const secrets: Record<string, string> = { 'secrets["secret-key"]': environment.AUTHENTIK_SECRET_KEY ?? "" };
    const all = new Map(
        Object.entries(environment).flatMap(([name, value]): [string, string][] =>
            name.startsWith("AUTHENTIK_")
                ? [[name.slice("AUTHENTIK_".length).toLowerCase().replaceAll("__", "."), value]]
                : [],
        ),
    );
    const mail = translateEmail(all);
    if (mail !== undefined) {
        const password = all.get("email.password");
        if (mail.user !== undefined && password !== undefined) secrets['secrets["email-password"]'] = password;
        for (const name of emailNames) all.delete(name);
    }
    const tree: SettingsTree = {};
    for (const [name, value] of all) {
        if (dropped.test(name) || value === "") continue;
        const one = treeOf(name, plain(value));
        const variable = `AUTHENTIK_${name.toUpperCase().replaceAll(".", "__")}`;
        const [issue] = settings.safeParse(one).error?.issues ?? [];
        if (issue !== undefined) notes.push(`${variable}: ${issue.message}`);
        else if (isSecretSetting(name) || fromFiles.includes(variable)) secrets[`settings.${name}`] = value;
        else merge(tree, one);
    }
    for (const [name, value] of Object.entries(environment))
        if (!name.startsWith("AUTHENTIK_") && !ofNobody.test(name) && (!ofAll.test(name) || /:.*@/.test(value)))
            notes.push(`the variable ${name}: containers.authentik.environment takes it, if it is no secret`);
    return { tree, mail, secrets };
}

/** The section `email`; undefined where there is no mail server, or one that the section cannot describe. */
function translateEmail(all: Map<string, string>) {
    const text = (name: string) => all.get(`email.${name}`);
    const isOn = (name: string) => /^(true|1|yes)$/i.test(text(name) ?? "");
    if (text("host") === undefined) return undefined;
    const user = text("username");
    const written = {
        host: text("host"),
        port: Number(text("port") ?? 25),
        security: isOn("use_ssl") ? "tls" : isOn("use_tls") ? "starttls" : "none",
        ...(user === undefined || user === "" ? {} : { user }),
        from: text("from") ?? "authentik@localhost",
        ...(text("timeout") === undefined ? {} : { timeout: Number(text("timeout")) }),
    };
    return email.safeParse(written).success ? written : undefined;
}

function translateMounts({ mounts }: Installation, notes: string[]) {
    const copies: Translation["copies"] = [];
    const containers: Record<string, { mounts: object[] }> = {};
    const seen = new Set<string>();
    for (const { source, target, of } of mounts) {
        const found = places[target.replace(/(?<=.)\/+$/, "")];
        if (found === undefined) {
            translateOther({ source, target, of }, containers, notes);
            continue;
        }
        // Server and worker have the same.
        if (seen.has(`${source} ${target}`)) continue;
        seen.add(`${source} ${target}`);
        copies.push(...found.map((place) => ({ source, ...place })));
    }
    return { copies, containers };
}

function translateOther(
    { source, target, of }: OldMount,
    containers: Record<string, { mounts: object[] }>,
    notes: string[],
) {
    if (target === "/var/run/docker.sock")
        notes.push("the Docker socket: no container gets it here; declare the outposts that authentik made itself");
    else if (target.startsWith("/blueprints"))
        notes.push(
            `the blueprints in ${source}: name their folder as blueprints.folder, or the files as blueprints.files`,
        );
    else (containers[of] ??= { mounts: [] }).mounts.push({ source, target });
}

/** A text as Pulumi's file has it: switches and numbers without quotes. */
function plain(value: string): string | number | boolean {
    if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
    return /^(0|[1-9]\d{0,8})$/.test(value) ? Number(value) : value;
}

function treeOf(name: string, value: string | number | boolean): SettingsTree {
    const [first = "", ...rest] = name.split(".");
    return { [first]: rest.length === 0 ? value : treeOf(rest.join("."), value) };
}

function merge(into: SettingsTree, from: SettingsTree): void {
    for (const [key, value] of Object.entries(from)) {
        const there = into[key];
        if (isTree(there) && isTree(value)) merge(there, value);
        else into[key] = value;
    }
}

function isTree(value: unknown): value is SettingsTree {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutEmpty(config: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(config).filter(
            ([, value]) => value !== undefined && !(isTree(value) && Object.keys(value).length === 0),
        ),
    );
}
