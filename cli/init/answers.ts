import { stringify } from "yaml";
import { type PresetName, presets } from "../../authentik/presets";
import { provenVersion } from "../../authentik/releases";
import { ToolError } from "../progress";
import { keyOf } from "../project";

/** How browsers reach a stack. */
export const ways = {
    gateway: "the stack's own gateway serves https, and gets the certificates",
    proxy: "your own reverse proxy forwards to it",
    local: "only from this machine, without https",
};
/** One of them. */
export type Way = keyof typeof ways;

/** How often backups are made. */
export const schedules = ["hourly", "daily", "weekly", "none"] as const;
/** One of them. */
export type Schedule = (typeof schedules)[number];

/** What a new stack is made from. */
export interface Answers {
    way: Way;
    url: string;
    email: string;
    /** Applications that have a preset, with the URLs at which people find them. */
    applications: Partial<Record<PresetName, string>>;
    backups: Schedule;
    /** Put before every name. Default: nothing is. */
    prefix: string;
}

/** The URL that is suggested for a way in. */
export function suggestedUrl(way: Way): string {
    return way === "local" ? "http://authentik.localhost:9000" : "https://auth.example.com";
}

/** The URL that is suggested for an application: a sibling of authentik's. */
export function suggestedApplicationUrl(preset: string, url: string): string {
    const { protocol, hostname } = new URL(url);
    const [, ...domain] = hostname.split(".");
    return `${protocol}//${[preset, ...domain].join(".")}`;
}

/**
 * Reads `--app paperless` or `--app paperless=https://docs.example.com`.
 *
 * @throws ToolError that names the presets.
 */
export function readApplications(given: string[], url: string): Answers["applications"] {
    return Object.fromEntries(
        given.map((text) => {
            const [name = "", ...rest] = text.split("=");
            if (!Object.hasOwn(presets, name))
                throw new ToolError(
                    `There is no preset ${name}. There are: ${Object.keys(presets).sort().join(", ")}. Others are added to the file later.`,
                );
            const own = rest.join("=");
            return [name, own === "" ? suggestedApplicationUrl(name, url) : own];
        }),
    );
}

/** The stack's file. */
export function fileText({ way, url, email, applications, backups, prefix }: Answers): string {
    const entries = Object.entries(applications);
    const config = {
        version: provenVersion,
        url,
        ...(prefix === "" ? {} : { prefix }),
        admin: { email },
        ...(way === "gateway" ? { gateway: { acme: { email } } } : { server: { ports: [{ port: portOf(way, url) }] } }),
        ...(backups === "daily" ? {} : { backup: backups === "none" ? { run: false } : { schedule: backups } }),
        ...(entries.length === 0
            ? {}
            : {
                  applications: entries.map(([preset, launchUrl]) => ({
                      ...{ slug: preset, name: nameOf(preset), launchUrl },
                      provider: { type: "oidc", preset },
                  })),
              }),
    };
    const keyed = Object.fromEntries(Object.entries(config).map(([key, value]) => [keyOf(key), value]));
    return [
        "# yaml-language-server: $schema=docs/configuration.schema.json",
        "# Made by `authentik-stack init`. docs/configuration.md lists every key.",
        ...(way === "proxy" ? ["# The reverse proxy forwards to this port: docs/front-door.md."] : []),
        stringify({ config: keyed }, { lineWidth: 0 }),
    ].join("\n");
}

/** The port of the host that leads to the server. */
function portOf(way: Way, url: string): number {
    const { port } = new URL(url);
    return way === "local" ? Number(port === "" ? 80 : port) : 9000;
}

/** `home-assistant` as people write it. */
function nameOf(preset: string): string {
    return preset
        .split("-")
        .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
        .join(" ");
}
