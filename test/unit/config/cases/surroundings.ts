import { join } from "node:path";
import { authority } from "../../../support/certificates";
import type { Accepted, Refused } from "./changes";

/** Mail, what containers get beside, own blueprints' variables, and outposts that are elsewhere. */

const { certificate: ca } = authority("ca");
const server = (added: object) => ({ containers: { server: added } });
const mount = (target: string, source = "/srv/x") => server({ mounts: [{ source, target }] });
const mail = (changes: object) => ({ email: { host: "smtp.example.com", from: "auth@example.com", ...changes } });
const withUser = (password: string) => ({
    ...mail({ user: "auth" }),
    secrets: { "email-password": password },
});
const elsewhere = (changes: object = {}) => ({
    "outposts[0]": { name: "ak-outpost-organizr", run: false, ...changes },
});
const further = (name: string) => ({ [`networks.${name}`]: { name: "iot_net" } });
const reads = (text: string) => join(__dirname, "blueprints", text);
const blueprint = (file: string, changes: object = {}) => ({ blueprints: { files: [reads(file)], ...changes } });

export const acceptedSurroundings: Accepted[] = [
    ["no mail", { email: {} }, ["email", "host"], undefined],
    ["mail with STARTTLS", mail({}), ["email", "security"], "starttls"],
    ["mail with a display name", mail({ from: "Example Inc. <auth@example.com>" })],
    ["mail with a quoted name", mail({ from: '"Example, Inc." <auth@example.com>' })],
    ["a mail server by its address", mail({ host: "192.0.2.25", security: "none", port: 2525 })],
    ["a mail password of special characters", withUser(String.raw`p@$$ "w0rd" 'q' \ {%s} #;:,<>&|~^*()[]?/=+!`)],
    ["a short mail password", withUser("a b")],
    ["templates of mail beside the section", { ...mail({}), settings: { email: { template_dir: "/templates" } } }],
    ["mail as settings alone", { settings: { email: { host: "smtp.example.com" } } }],
    [
        "a folder of the host",
        mount("/geoip", "/srv/geoip/"),
        ["containers", "server", "mounts", 0, "source"],
        "/srv/geoip",
    ],
    ["a file in a volume of the stack", mount("/certs/own.pem")],
    ["a volume", mount("/more", "ak_more")],
    ["the Docker host by name", server({ hosts: { "nas.lan": "host-gateway" } })],
    ["DNS servers", server({ dns: ["192.0.2.53", "fd00::53"] })],
    ["a variable that is a number", server({ environment: { NO_PROXY_TRIES: 3, TZ: "Europe/Berlin" } })],
    ["more shared memory", server({ shm: "1G" }), ["containers", "server", "shm"], "1g"],
    ["a CA for all of authentik", { containers: { authentik: { caCertificates: ca } } }],
    ["additions to PostgreSQL", { containers: { postgres: { shm: "256m" }, redis: { dns: ["192.0.2.53"] } } }],
    ["additions to an outpost", { containers: { "ak-outpost-organizr": { hosts: { app: "192.0.2.1" } } } }],
    [
        "a blueprint whose variable is set",
        blueprint("reads.yaml", { variables: { GREETING: "hi" }, secrets: ["github"] }),
    ],
    ["an outpost elsewhere", elsewhere()],
    ["one with ports that the server has here", elsewhere({ ports: [{ port: 9000 }] })],
    [
        "an outpost that says more",
        { "outposts[0].config": { logLevel: "trace", refreshInterval: "hours=1;minutes=30" } },
    ],
    ["proxies that an outpost trusts", { "outposts[0].settings": { listen: { trusted_proxy_cidrs: ["10.0.0.0/8"] } } }],
    ["a network for outposts", { ...further("iot"), "outposts[0].networks": ["frontend", "iot"] }],
].map((row) => {
    const [what, changes, ...rest] = row as [string, Record<string, unknown>];
    // What reads secrets has to be given them.
    const secrets = what.includes("variable is set") ? { secrets: { "blueprint/github": "a\nb" } } : {};
    return [what, { ...changes, ...secrets }, ...rest] as Accepted;
});

export const refusedSurroundings: Refused[] = [
    ["mail without a host", { email: { from: "a@example.com" } }, "email.host", "is missing; it must be a host name"],
    ["mail without a sender", mail({ from: undefined }), "email.from", "is missing; it must be an e-mail address"],
    ["a sender without an address", mail({ from: "Example" }), "email.from", 'or "Example" <auth@example.com>'],
    [
        "a sender whose name has a comma",
        mail({ from: "Example, Inc. <a@example.com>" }),
        "email.from",
        "must be an e-mail",
    ],
    [
        "a mail user without a password",
        mail({ user: "auth" }),
        "secrets.email-password",
        "is missing, and email.user needs it",
    ],
    ["a mail user beyond ASCII", mail({ user: "jürgen" }), "email.user", "in ASCII"],
    ["a mail password beyond ASCII", withUser("hunter2€"), "secrets.email-password", "must be in ASCII"],
    [
        "a mail password with a blank at its end",
        withUser("hunter2 "),
        "secrets.email-password",
        "without blanks at its",
    ],
    [
        "mail in two places",
        { ...mail({}), settings: { email: { use_tls: true } } },
        "settings.email.use_tls",
        "is set by the section `email`; remove one of the two",
    ],
    ["no such security", mail({ security: "ssl" }), "email.security", "must be one of none, starttls, tls"],
    [
        "additions to nothing",
        { containers: { sever: { shm: "1g" } } },
        "containers.sever",
        "use one of authentik, server, worker, postgres, redis, backup, ak-outpost-organizr",
    ],
    [
        "additions to an outpost elsewhere",
        { ...elsewhere(), containers: { "ak-outpost-organizr": {} } },
        "containers.ak-outpost-organizr",
        "is not a container of this stack",
    ],
    [
        "a mount on one of the stack's",
        mount("/media"),
        "containers.server.mounts[0].target",
        "hides /media, which this stack mounts itself",
    ],
    [
        "a mount above one of the stack's",
        mount("/blueprints/"),
        "containers.server.mounts[0].target",
        "hides /blueprints/custom",
    ],
    [
        "a mount over an outpost's sessions",
        { containers: { authentik: { mounts: [{ source: "a_b", target: "/sessions" }] } } },
        "containers.authentik.mounts[0].target",
        "hides /sessions",
    ],
    [
        "a mount over the database",
        { containers: { postgres: { mounts: [{ source: "a_b", target: "/var/lib/postgresql" }] } } },
        "containers.postgres.mounts[0].target",
        "hides /var/lib/postgresql/data",
    ],
    [
        "two mounts in one place",
        {
            containers: {
                authentik: { mounts: [{ source: "/a", target: "/x" }] },
                worker: { mounts: [{ source: "/b", target: "/x" }] },
            },
        },
        "containers.worker.mounts[0].target",
        "is the target of two mounts",
    ],
    [
        "a relative folder",
        mount("/x", "./geoip"),
        "containers.server.mounts[0].source",
        "must be an absolute path on the Docker host",
    ],
    [
        "a target with ..",
        mount("/x/../media"),
        "containers.server.mounts[0].target",
        "must be an absolute path in the container",
    ],
    ["the root as target", mount("/"), "containers.server.mounts[0].target", "other than its root"],
    [
        "a host without an address",
        server({ hosts: { nas: "nas.lan" } }),
        "containers.server.hosts.nas",
        "or host-gateway for the Docker host itself",
    ],
    [
        "an IPv6 address of a host, which the provider does not keep",
        server({ hosts: { nas: "fd00::2" } }),
        "containers.server.hosts.nas",
        "for IPv6 use DNS",
    ],
    ["a DNS server by name", server({ dns: ["dns.example.com"] }), "containers.server.dns[0]", "must be an IP address"],
    ["no DNS server", server({ dns: [] }), "containers.server.dns", ""],
    [
        "a setting as a variable",
        server({ environment: { AUTHENTIK_LOG_LEVEL: "debug" } }),
        "containers.server.environment.AUTHENTIK_LOG_LEVEL",
        "use `settings` instead",
    ],
    [
        "an outpost's address as a variable",
        { containers: { "ak-outpost-cwad": { environment: { AUTHENTIK_HOST: "x" } } } },
        "containers.ak-outpost-cwad.environment.AUTHENTIK_HOST",
        "is set by this stack itself",
    ],
    [
        "the folder of sessions as a variable",
        { containers: { "ak-outpost-cwad": { environment: { TMPDIR: "/x" } } } },
        "containers.ak-outpost-cwad.environment.TMPDIR",
        "is set by this stack itself",
    ],
    [
        "CAs as a variable beside those of the section",
        server({ caCertificates: ca, environment: { SSL_CERT_FILE: "/x" } }),
        "containers.server.environment.SSL_CERT_FILE",
        "use `caCertificates` instead",
    ],
    [
        "no name of a variable",
        server({ environment: { "A-B": "x" } }),
        "containers.server.environment.A-B",
        "must be the name of an environment variable",
    ],
    [
        "a CA that is none",
        server({ caCertificates: "x" }),
        "containers.server.caCertificates",
        "must be certificates as PEM",
    ],
    [
        "a CA for Redis",
        { containers: { redis: { caCertificates: ca } } },
        "containers.redis.caCertificates",
        "has no effect",
    ],
    ["no size", server({ shm: "large" }), "containers.server.shm", "must be a size in Docker's notation"],
    [
        "a variable of a blueprint that is not set",
        blueprint("reads.yaml", { secrets: ["github"] }),
        "blueprints.files[0]",
        "reads the variable GREETING, which is not set; add it to blueprints.variables",
    ],
    [
        "a secret of a blueprint that is not there",
        blueprint("reads.yaml", { variables: { GREETING: "hi" } }),
        "blueprints.files[0]",
        "reads the secret github, which is not there; add it to blueprints.secrets",
    ],
    [
        "a secret of a blueprint without a value",
        blueprint("reads.yaml", { variables: { GREETING: "hi" }, secrets: ["github"] }),
        "secrets.blueprint/github",
        "is missing, and blueprints.secrets needs it",
    ],
    [
        "an empty variable of a blueprint",
        { blueprints: { variables: { GREETING: "" } } },
        "blueprints.variables.GREETING",
        "is empty, which authentik treats as not set",
    ],
    [
        "a setting as a blueprint's variable",
        { blueprints: { variables: { AUTHENTIK_HOST: "x" } } },
        "blueprints.variables.AUTHENTIK_HOST",
        "is a setting of authentik",
    ],
    [
        "networks of an outpost elsewhere",
        elsewhere({ networks: ["frontend"] }),
        "outposts[0].networks",
        "has no effect on an outpost that runs elsewhere",
    ],
    [
        "an outpost without a network",
        { "outposts[0].networks": undefined },
        "outposts[0].networks",
        "must name at least one network",
    ],
    [
        "an outpost that does not reach the server",
        { ...further("iot"), "outposts[0].networks": ["iot"] },
        "outposts[0].networks",
        "shares no network with the server; add frontend or backend",
    ],
    ["a network for nobody", further("iot"), "networks.iot", "is a network that no outpost uses"],
    ["a further network without a name", { "networks.iot": { adopt: true } }, "networks.iot.name", "is missing"],
    [
        "the log level among an outpost's settings",
        { "outposts[0].settings": { log_level: "debug" } },
        "outposts[0].settings.log_level",
        "use `config.logLevel` instead",
    ],
    [
        "a secret among an outpost's settings",
        { "outposts[0].settings": { redis: { password: "hunter2" } } },
        "outposts[0].settings.redis.password",
        "is a secret that no outpost reads",
    ],
    [
        "no period",
        { "outposts[0].config": { refreshInterval: "5m" } },
        "outposts[0].config.refreshInterval",
        "such as minutes=5",
    ],
    ["no level", { "outposts[0].config": { logLevel: "loud" } }, "outposts[0].config.logLevel", "must be one of trace"],
];
