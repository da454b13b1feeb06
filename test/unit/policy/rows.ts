import type { Checked } from "./validate";

/** A policy, and resources that it passes and fails. */
export interface PolicyRow {
    policy: string;
    passes: Record<string, Checked>;
    /** With a part of what the policy says. */
    fails: Record<string, [Checked, string]>;
}

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const volume = { type: "docker:index/volume:Volume", props: { name: "pg_data" } };
const remoteImage = "docker:index/remoteImage:RemoteImage";
const port = { internal: 9000, external: 9000, ip: "127.0.0.1" };

/** Every policy that looks at one resource by itself. */
export const rows: PolicyRow[] = [
    {
        policy: "image-tags",
        passes: {
            "a version": { props: { image: "ghcr.io/goauthentik/server:2025.8.4" } },
            "a digest alone": { props: { image: `localhost:5000/postgres@${digest}` } },
            "an image that the host has": { props: { image: digest } },
            "an image that is not known yet": { props: {} },
        },
        fails: {
            latest: [{ props: { image: "redis:latest" } }, "redis:latest"],
            "no tag": [{ props: { image: "redis" } }, "redis"],
            "no tag, but a port": [{ props: { image: "localhost:5000/redis" } }, "localhost:5000/redis"],
            "latest, pulled": [{ type: remoteImage, props: { name: "redis:latest" } }, "redis:latest"],
        },
    },
    {
        policy: "image-digests-in-production",
        passes: {
            "a digest": { stack: "prod", props: { image: `postgres:16-alpine@${digest}` } },
            "no digest elsewhere": { stack: "dev", props: { image: "postgres:16-alpine" } },
        },
        fails: {
            "a tag alone": [{ stack: "prod", props: { image: "postgres:16-alpine" } }, "no digest"],
            "a tag alone, pulled": [
                { stack: "home-prod", type: remoteImage, props: { name: "redis:7" } },
                "redis:7 has no digest",
            ],
        },
    },
    {
        policy: "image-digests",
        passes: {
            "a digest": { props: { image: `postgres:16-alpine@${digest}` } },
            "no digest in production, which the other policy refuses": { stack: "prod", props: { image: "redis:7" } },
        },
        fails: { "a tag alone": [{ props: { image: "postgres:16-alpine" } }, "no digest"] },
    },
    {
        policy: "no-privileged",
        passes: { "an ordinary container": { props: { privileged: false } } },
        fails: { "a privileged one": [{ props: { privileged: true } }, "privileged"] },
    },
    {
        policy: "no-host-namespaces",
        passes: { "networks of its own": { props: { networkMode: "bridge", ipcMode: "private" } } },
        fails: {
            "the host's network": [{ props: { networkMode: "host" } }, "networkMode is host"],
            "the host's processes": [{ props: { pidMode: "host" } }, "pidMode is host"],
            "another container's network": [{ props: { networkMode: "container:db" } }, "container:db"],
        },
    },
    {
        policy: "no-docker-socket",
        passes: {
            "volumes and folders": { props: { mounts: [{ source: "pg_data" }, { source: "/srv/docker/blueprints" }] } },
            "neighbours of an engine": {
                props: {
                    mounts: ["/var/lib/authentik", "/run/user/1000/pulse", "/run/docker-blueprints"].map((source) => ({
                        source,
                    })),
                },
            },
        },
        fails: {
            "the socket": [{ props: { mounts: [{ source: "/var/run/docker.sock" }] } }, "docker.sock"],
            "its folder, as a volume": [{ props: { volumes: [{ hostPath: "/run/" }] } }, "/run/"],
            "the whole host": [{ props: { mounts: [{ source: "/" }] } }, "mounts /"],
            ...Object.fromEntries(
                [
                    ...[
                        "/var",
                        "/var/lib",
                        "/var/lib/",
                        "/var/lib/docker/volumes",
                        "/var/lib/containerd",
                        "/var/run/../run",
                    ],
                    ...[
                        "/run/user",
                        "/run/user/1000",
                        "/run/user/1000/docker.sock",
                        "/run/containerd",
                        "/run/docker/plugins",
                    ],
                    ...[
                        "//var/run/",
                        "/home/ops/.docker/run/docker.sock",
                        "/home/ops/.docker/run/docker.sock/",
                        "run/docker.sock",
                        "/run/k3s/containerd/containerd.sock",
                    ],
                ].map((source): [string, [{ props: object }, string]] => [
                    source,
                    [{ props: { mounts: [{ source }] } }, `mounts ${source} `],
                ]),
            ),
        },
    },
    {
        policy: "no-new-privileges",
        passes: { "the option": { props: { securityOpts: ["no-new-privileges:true"] } } },
        fails: {
            nothing: [{ props: {} }, "no-new-privileges:true"],
            "no seccomp": [{ props: { securityOpts: ["no-new-privileges", "seccomp=unconfined"] } }, "unconfined"],
        },
    },
    {
        policy: "capabilities",
        passes: {
            none: { props: { capabilities: { drops: ["ALL"] } } },
            "those of an entrypoint": { props: { capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "SETUID"] } } },
        },
        fails: {
            "Docker's own": [{ props: {} }, "Drop `ALL`"],
            "power over the host": [{ props: { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN"] } } }, "SYS_ADMIN"],
            "the gateway's, of another": [
                { component: "Server", props: { capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] } } },
                "NET_BIND_SERVICE",
            ],
        },
    },
    {
        policy: "published-ports",
        passes: {
            "the server's": { component: "Server", props: { ports: [port] } },
            "an outpost's": { component: "Outpost", props: { ports: [{ ...port, internal: 1812 }] } },
            "those of the gateway, whichever they are": {
                component: "Gateway",
                props: { ports: [{ ...port, internal: 8443 }] },
            },
            "none of PostgreSQL": { component: "Postgres", props: {} },
            "one that the policy's configuration names": {
                name: "wiki",
                config: { also: { wiki: [80] } },
                props: { ports: [{ ...port, internal: 80 }] },
            },
        },
        fails: {
            "PostgreSQL's": [{ component: "Postgres", props: { ports: [{ ...port, internal: 5432 }] } }, "5432"],
            "the worker's": [{ component: "Worker", props: { ports: [port] } }, "9000"],
            "the server's metrics": [{ component: "Server", props: { ports: [{ ...port, internal: 9300 }] } }, "9300"],
            "on every address": [
                { component: "Server", props: { ports: [{ internal: 9000, external: 9000 }] } },
                "every address",
            ],
            "all of the image": [{ component: "Server", props: { publishAllPorts: true } }, "every port"],
        },
    },
    {
        policy: "no-root",
        passes: {
            "a user": { props: { user: "1000:0" } },
            "the image's own": { props: {} },
            "one that the configuration names": { name: "wiki", config: { also: ["wiki"] }, props: { user: "root" } },
        },
        fails: {
            "root by number": [{ props: { user: "0" } }, "Set `user`"],
            "root by name, with a group": [{ props: { user: "root:1000" } }, "Set `user`"],
        },
    },
    {
        policy: "data-volumes-in-production",
        passes: {
            "a protected one": { ...volume, stack: "prod", protect: true },
            "this project's, which it retains": { ...volume, stack: "prod", component: "Postgres" },
        },
        fails: { "one without protection": [{ ...volume, stack: "prod" }, "`protect`"] },
    },
    {
        policy: "data-volumes",
        passes: { "a protected one": { ...volume, protect: true } },
        fails: { "one without protection": [volume, "`protect`"] },
    },
    {
        policy: "read-only-root-in-production",
        passes: {
            "a read-only one": { stack: "prod", props: { readOnly: true } },
            "any elsewhere": { stack: "dev", props: {} },
        },
        fails: { "one that can be written to": [{ stack: "prod", props: { readOnly: false } }, "readOnly"] },
    },
    {
        policy: "read-only-root",
        passes: { "a read-only one": { props: { readOnly: true } } },
        fails: { "one that can be written to": [{ props: {} }, "readOnly"] },
    },
    {
        policy: "memory-limits-in-production",
        passes: {
            "a limit": { stack: "prod", props: { memory: 512 } },
            "none elsewhere": { stack: "dev", props: {} },
        },
        fails: { "no limit": [{ stack: "prod", props: {} }, "no memory limit"] },
    },
    {
        policy: "memory-limits",
        passes: { "a limit": { props: { memory: 512 } } },
        fails: { "no limit": [{ props: {} }, "no memory limit"] },
    },
];
