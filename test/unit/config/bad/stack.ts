import type { BadRow } from "../../../support/bad-configuration";
import { authority } from "../../../support/certificates";

/** Keys of authentik itself. */
export const stackRows: BadRow[] = [
    {
        wrong: "a key that the program does not know",
        changes: { colour: "red" },
        problems: [["colour", "red", "is an unknown configuration key"]],
    },
    {
        wrong: "an unknown key inside an object",
        changes: { "server.image": "x:1" },
        problems: [["server.image", "x:1", "is an unknown configuration key"]],
    },
    {
        wrong: "several of one container on one Docker host",
        changes: { "worker.replicas": 2 },
        problems: [["worker.replicas", 2, "needs `runtime: swarm`"]],
    },
    {
        wrong: "a place of data that one Docker host does not have",
        changes: { "swarm.dataNode": "disk=big" },
        problems: [["swarm.dataNode", "disk=big", "has no effect without `runtime: swarm`; remove it"]],
    },
    {
        wrong: "a prefix that is too long once a Swarm adds the number of a container",
        changes: {
            runtime: "swarm",
            prefix: `${"a".repeat(46)}-`,
            ...{ "server.ports": [], "outposts[0].ports": [], "outposts[1].ports": [] },
        },
        problems: [
            [
                "prefix",
                `${"a".repeat(46)}-`,
                "makes the host name of authentik-server longer than 62 characters; shorten it",
            ],
        ],
    },
    {
        wrong: "CAs for the container of backups",
        changes: { containers: { backup: { caCertificates: authority("backups").certificate } } },
        problems: [
            [
                "containers.backup.caCertificates",
                "-----BEGIN CERTIFICATE-----…",
                "has no effect on backups; remove it, and use `postgres.external.caCertificate`",
            ],
        ],
    },
    {
        wrong: "CAs that are none, of a container",
        changes: { containers: { backup: { caCertificates: "x" } } },
        problems: [
            [
                "containers.backup.caCertificates",
                "x",
                "must be certificates as PEM with their line breaks, and nothing else; `pulumi config set --path 'containers.backup.caCertificates' < file.crt`",
            ],
        ],
    },
    {
        wrong: "what a Swarm does not have",
        changes: {
            runtime: "swarm",
            containers: {
                server: { mounts: [{ source: "/srv/geoip", target: "/geoip" }], hosts: { nas: "host-gateway" } },
            },
            "blueprints.folder": "/srv/blueprints",
        },
        problems: [
            ["server.ports[0].ip", "127.0.0.1", "is an address that Swarm cannot publish at"],
            ["outposts[0].ports[0].ip", "127.0.0.1", "is an address that Swarm cannot publish at"],
            ["outposts[1].ports[0].ip", "127.0.0.1", "is an address that Swarm cannot publish at"],
            ["containers.server.mounts[0].source", "/srv/geoip", "is a folder of a host, which other nodes may lack"],
            ["containers.server.hosts.nas", "host-gateway", "is one of several hosts"],
            ["blueprints.folder", "/srv/blueprints", "is a folder of a host, which other nodes may lack"],
        ],
    },
    {
        wrong: "an unknown key inside a list",
        changes: { "outposts[1].image": "x:1" },
        problems: [["outposts[1].image", "x:1", "is an unknown configuration key"]],
    },
    {
        wrong: "no URL",
        changes: { url: undefined },
        problems: [["url", undefined, "is missing"]],
    },
    {
        wrong: "a URL without a scheme",
        changes: { url: "auth.example.com" },
        problems: [["url", "auth.example.com", "must be an http or https URL without a path, such as"]],
    },
    {
        wrong: "a URL of another scheme",
        changes: { url: "ldap://auth.example.com" },
        problems: [["url", "ldap://auth.example.com", "must be an http or https URL without a path, such as"]],
    },
    {
        wrong: "a URL with a path",
        changes: { url: "https://example.com/auth" },
        problems: [["url", "https://example.com/auth", "must be an http or https URL without a path, such as"]],
    },
    {
        wrong: "a URL with a password in it",
        changes: { url: "https://me:pw@example.com" },
        problems: [["url", "https://me:[secret]@example.com", "must be an http or https URL without a path, such as"]],
    },
    {
        wrong: "a version that is none",
        changes: { version: "newest" },
        problems: [["version", "newest", "must be an authentik version from 2025.8 to 2026.8, such as 2026.2.7"]],
    },
    {
        wrong: "a version older than the oldest supported",
        changes: { version: "2024.12.3" },
        problems: [["version", "2024.12.3", "must be an authentik version from 2025.8 to 2026.8, such as 2026.2.7"]],
    },
    {
        wrong: "a version of a month that no year has",
        changes: { version: "2025.13.0" },
        problems: [["version", "2025.13.0", "must be an authentik version from 2025.8 to 2026.8, such as 2026.2.7"]],
    },
    {
        wrong: "a series without a patch number",
        changes: { version: "2025.8" },
        problems: [["version", "2025.8", "must be an authentik version from 2025.8 to 2026.8, such as 2026.2.7"]],
    },
    {
        wrong: "a prefix without a hyphen at its end",
        changes: { prefix: "staging" },
        problems: [["prefix", "staging", "must be lower-case letters and digits ending in a hyphen, such as staging-"]],
    },
    {
        wrong: "a prefix in upper case",
        changes: { prefix: "Staging-" },
        problems: [["prefix", "Staging-", "must be lower-case letters and digits ending in a hyphen"]],
    },
    {
        wrong: "no administrator",
        changes: { admin: undefined },
        problems: [["admin", undefined, "is missing"]],
    },
    {
        wrong: "an administrator without an e-mail address",
        changes: { admin: {} },
        problems: [["admin.email", undefined, "must be an e-mail address, such as admin@example.com"]],
    },
    {
        wrong: "an e-mail address that is none",
        changes: { "admin.email": "admin" },
        problems: [["admin.email", "admin", "must be an e-mail address, such as admin@example.com"]],
    },
    {
        wrong: "an image that changes under a running system",
        changes: { "images.redis": "redis:latest" },
        problems: [["images.redis", "redis:latest", "must be an image with a tag other than latest, or a digest"]],
    },
    {
        wrong: "an image without a tag",
        changes: { "images.server": "images.example.com:5000/authentik/server" },
        problems: [
            [
                "images.server",
                "images.example.com:5000/authentik/server",
                "must be an image with a tag other than latest, or a digest, such as postgres:16-alpine",
            ],
        ],
    },
    {
        wrong: "a folder of blueprints that is no absolute path",
        changes: { blueprints: { folder: "./blueprints" } },
        problems: [["blueprints.folder", "./blueprints", "must be an absolute path on the Docker host, such as /srv"]],
    },
    {
        wrong: "a setting with a name that authentik has none of",
        changes: { settings: { "email-host": "mail" } },
        problems: [["settings.email-host", "mail", "authentik setting, such as log_level"]],
    },
    {
        wrong: "a switch that is neither on nor off",
        changes: { protectData: "maybe" },
        problems: [["protectData", "maybe", "must be an object, a list, or true or false; set its parts with"]],
    },
    {
        wrong: "an object that is written as text",
        changes: { server: "{ports: 9000" },
        problems: [["server", "{ports: 9000", "must be an object, a list, or true or false; set its parts with"]],
    },
    {
        wrong: "a list where an object belongs",
        changes: { worker: [] },
        problems: [["worker", [], "must be an object"]],
    },
];
