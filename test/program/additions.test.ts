import { expect } from "chai";
import { join } from "node:path";
import type { AuthentikOutputs, Pending } from "../../components/outputs";
import { roles } from "../../authentik/roles";
import { authority } from "../support/certificates";
import { type Configuration, devWith } from "../support/configuration";
import { all, container, environmentOf, recordOf, step } from "../support/find";
import { contentOf, filesOf } from "../support/files";
import { type Run, runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";
import { valueOf } from "../support/outputs";
import { generated, sentinel } from "../support/provider";
import { onEach } from "../support/runtimes";

const { certificate: ca } = authority("ca");
const other = authority("other").certificate;
const bundle = "/run/secrets/ca-certificates.crt";
const outposts = ["authentik-ak-outpost-organizr", "authentik-ak-outpost-cwad"];
const authentiks = ["authentik-server", "authentik-worker", ...outposts];
const targetsOf = ({ inputs }: Registered) => (inputs.mounts as { target: string }[]).map(({ target }) => target);

/** The container of a step's job, as the policies see it. */
function job(resources: Registered[], name: string): Record<string, unknown> {
    return recordOf(step(resources, name)).containers?.[0] ?? {};
}

describe("the program with additions to its containers", () => {
    let resources: Registered[];
    const containers = {
        authentik: {
            hosts: { "nas.lan": "host-gateway" },
            environment: { TZ: "Europe/Berlin" },
            caCertificates: ca,
            mounts: [{ source: "/srv/shared", target: "/shared" }],
        },
        worker: {
            hosts: { "ldap.lan": "192.0.2.10" },
            dns: ["192.0.2.53"],
            environment: { TRIES: 3 },
            mounts: [{ source: "ak_more", target: "/more", readOnly: false }],
        },
        "ak-outpost-cwad": { caCertificates: other },
        postgres: { shm: "256m", environment: { TZ: "UTC" } },
        redis: { dns: ["192.0.2.54"] },
    };
    before(async () => {
        ({ resources } = await runProgram({ configuration: devWith({ containers }) }));
    });
    const inputs = (name: string) => container(resources, name).inputs;

    it("gives those for all of authentik to server, worker and each outpost", () => {
        for (const name of authentiks) {
            expect(inputs(name).hosts, name).to.deep.include({ host: "nas.lan", ip: "host-gateway" });
            expect(environmentOf(container(resources, name)), name).to.include({ TZ: "Europe/Berlin" });
            expect(targetsOf(container(resources, name)), name).to.include("/shared");
        }
    });

    it("gives a container its own beside them", () => {
        expect(inputs("authentik-worker")).to.deep.include({
            dns: ["192.0.2.53"],
            hosts: [
                { host: "nas.lan", ip: "host-gateway" },
                { host: "ldap.lan", ip: "192.0.2.10" },
            ],
        });
        expect(environmentOf(container(resources, "authentik-worker"))).to.include({ TRIES: "3", TZ: "Europe/Berlin" });
        expect(inputs("authentik-worker").mounts).to.deep.include.members([
            { source: "/srv/shared", target: "/shared", readOnly: true, type: "bind" },
            { source: "ak_more", target: "/more", readOnly: false, type: "volume" },
        ]);
        expect(inputs("authentik-server")).to.not.have.property("dns");
    });

    it("gives the job that applies blueprints what the worker has", () => {
        const applied = job(resources, "authentik-blueprints-applied");

        expect(applied).to.deep.include({ dns: ["192.0.2.53"], hosts: inputs("authentik-worker").hosts });
        expect(applied.envs).to.include.members(["TZ=Europe/Berlin", "TRIES=3", `SSL_CERT_FILE=${bundle}`]);
        expect((applied.mounts as { target: string }[]).map(({ target }) => target)).to.include("/more");
    });

    it("gives an outpost those for all of authentik whatever its name is", async () => {
        const named = JSON.parse(
            JSON.stringify(devWith({ containers })).replaceAll("ak-outpost-cwad", "gateway"),
        ) as Configuration;
        const run = await runProgram({ configuration: named });

        expect(container(run.resources, "authentik-gateway").inputs.hosts).to.deep.include({
            host: "nas.lan",
            ip: "host-gateway",
        });
    });

    it("gives what asks the databases before authentik does the names that authentik has", async () => {
        const external = { host: "db.lan", caCertificate: ca };
        const configuration = devWith({
            containers: { authentik: containers.authentik, worker: containers.worker },
            ...{ postgres: { external }, redis: { external: { ...external, tls: true } } },
            ...{ consumers: [], backup: { run: false } },
            secrets: { "database/authentik": "x".repeat(20), redis: "y".repeat(20) },
        });
        const run = await runProgram({ configuration, secretKeys: ["secrets"] });
        const hosts = container(run.resources, "authentik-worker").inputs.hosts;

        for (const name of ["authentik-postgres-check", "authentik-redis-check", "authentik-release"])
            expect(job(run.resources, name), name).to.deep.include({ dns: ["192.0.2.53"], hosts });
    });

    it("gives PostgreSQL and Redis only their own", () => {
        expect(inputs("authentik-postgres-server")).to.include({ shmSize: 256 }).and.not.have.property("hosts");
        expect(environmentOf(container(resources, "authentik-postgres-server"))).to.include({ TZ: "UTC" });
        expect(inputs("authentik-redis-server").dns).to.deep.equal(["192.0.2.54"]);
        expect(environmentOf(container(resources, "authentik-redis-server"))).to.deep.equal({});
    });

    it("has CAs trusted beside those of the image, in a file that Python, Go and Rust are told of", async () => {
        for (const name of authentiks) {
            const content = (await contentOf(resources, name, bundle)) ?? "";
            expect(content, name)
                .to.match(/^root:/)
                .and.contain(ca);
            expect(content.includes(other), name).to.equal(name === "authentik-ak-outpost-cwad");
            expect(environmentOf(container(resources, name)), name).to.include({
                REQUESTS_CA_BUNDLE: bundle,
                SSL_CERT_FILE: bundle,
            });
        }
    });

    it("has 512 MB of shared memory in server and worker, and Docker's own size elsewhere", () => {
        for (const name of ["authentik-server", "authentik-worker"]) expect(inputs(name).shmSize, name).to.equal(512);
        for (const name of [...outposts, "authentik-redis-server"])
            expect(inputs(name), name).to.not.have.property("shmSize");
    });
});

describe("the table of roles", () => {
    it("knows every folder and variable that the stack sets, so that no addition hides one", async () => {
        const configuration = devWith({ "blueprints.folder": "/srv/blueprints" });
        const { resources } = await runProgram({ configuration });
        const names = { server: "server", worker: "worker", proxy: "ak-outpost-cwad", postgres: "postgres-server" };
        for (const [role, name] of Object.entries({ ...names, redis: "redis-server" })) {
            const made = container(resources, `authentik-${name}`);
            const { folders, variables = [] }: { folders: string[]; variables?: string[] } =
                roles[role as keyof typeof roles];
            const { volumes = [], tmpfs } = made.inputs as { volumes?: { containerPath: string }[]; tmpfs: object };
            const set = [...targetsOf(made), ...volumes.map((one) => one.containerPath), ...Object.keys(tmpfs)];
            expect(folders, role).to.include.members(set);
            const others = Object.keys(environmentOf(made)).filter((variable) => !variable.startsWith("AUTHENTIK_"));
            expect(variables, role).to.have.members(others);
        }
    });
});

onEach("the program with a mail server", () => {
    it("tells server and worker of it as authentik reads it, with the password in a file", async () => {
        const email = { host: "smtp.example.com", user: "auth@example.com", from: "Example <auth@example.com>" };
        const password = String.raw`p@$$ "w0rd" \ %20`;
        const { resources } = await runProgram({
            configuration: devWith({ email, secrets: { "email-password": password } }),
            secretKeys: ["secrets"],
        });

        for (const name of ["authentik-server", "authentik-worker"]) {
            expect(environmentOf(container(resources, name)), name).to.include({
                AUTHENTIK_EMAIL__HOST: "smtp.example.com",
                AUTHENTIK_EMAIL__PORT: "587",
                AUTHENTIK_EMAIL__USE_TLS: "true",
                AUTHENTIK_EMAIL__USE_SSL: "false",
                AUTHENTIK_EMAIL__USERNAME: "auth@example.com",
                AUTHENTIK_EMAIL__FROM: "Example <auth@example.com>",
                AUTHENTIK_EMAIL__TIMEOUT: "10",
                AUTHENTIK_EMAIL__PASSWORD: "file:///run/secrets/email_password",
            });
            expect(await contentOf(resources, name, "/run/secrets/email_password"), name).to.equal(password);
            expect(JSON.stringify(container(resources, name).inputs)).to.not.contain("w0rd");
        }
    });

    for (const [security, port, tls, ssl] of [
        ["tls", "465", "false", "true"],
        ["none", "25", "false", "false"],
    ] as const)
        it(`finds its port by the security ${security}`, async () => {
            const email = { host: "smtp.example.com", from: "a@example.com", security };
            const { resources } = await runProgram({ configuration: devWith({ email }) });

            const environment = environmentOf(container(resources, "authentik-server"));
            expect(environment).to.include({
                AUTHENTIK_EMAIL__PORT: port,
                AUTHENTIK_EMAIL__USE_TLS: tls,
                AUTHENTIK_EMAIL__USE_SSL: ssl,
            });
            expect(environment).to.not.have.any.keys("AUTHENTIK_EMAIL__PASSWORD", "AUTHENTIK_EMAIL__USERNAME");
        });
});

onEach("the program with own blueprints that read variables and secrets", () => {
    it("gives both to the worker and to the job that applies them, and none to the server", async () => {
        const files = [join(__dirname, "../unit/config/cases/blueprints/reads.yaml")];
        const { resources } = await runProgram({
            configuration: devWith({
                blueprints: { files, variables: { GREETING: "a = b" }, secrets: ["github"] },
                secrets: { "blueprint/github": "-----BEGIN KEY-----\nhunter2" },
            }),
            secretKeys: ["secrets"],
        });
        const path = "/run/secrets/blueprints/github";

        expect(await contentOf(resources, "authentik-worker", path)).to.equal("-----BEGIN KEY-----\nhunter2");
        expect(environmentOf(container(resources, "authentik-worker"))).to.include({ GREETING: "a = b" });
        expect(job(resources, "authentik-blueprints-applied").envs).to.include("GREETING=a = b");
        expect((await filesOf(resources, "authentik-server")).map((file) => file.path)).to.not.include(path);
        expect(environmentOf(container(resources, "authentik-server"))).to.not.have.property("GREETING");
        expect(JSON.stringify(resources.map(({ inputs }) => inputs))).to.not.contain("hunter2");
    });
});

onEach("the program with an outpost that runs elsewhere", () => {
    let run: Run<Pending<AuthentikOutputs>>;
    before(async () => {
        const there = {
            ...{ name: "far", type: "ldap", run: false, ports: [{ port: 389, ip: "0.0.0.0" }], cpus: 0.5 },
            settings: { listen: { trusted_proxy_cidrs: ["10.0.0.0/8"] } },
            config: { logLevel: "debug", refreshInterval: "minutes=1" },
        };
        const application = { slug: "nas", name: "NAS", provider: { type: "ldap", outpost: "far" } };
        run = await runProgram({ configuration: devWith({ outposts: [there], applications: [application] }) });
    });

    it("makes no container of it, and declares it in authentik with its token", () => {
        expect(all(run.resources, "container").map(({ name }) => name)).to.have.members(
            ["server", "worker", "postgres-server", "redis-server", "backups-container"].map(
                (name) => `authentik-${name}`,
            ),
        );
        const { memory } = recordOf(step(run.resources, "authentik-blueprints-applied"));
        expect(Object.keys(memory ?? {})).to.include("outpost far");
    });

    it("has its token and the commands for it as outputs, in which the token is a file", async () => {
        const { token, addresses, applications, snippets } = run.result.outposts.far ?? {};

        expect(await valueOf(token)).to.equal(generated("authentik-outpost-far"));
        expect(addresses).to.deep.equal({});
        expect(applications).to.deep.equal(["nas"]);
        expect(snippets).to.have.keys("docker-run", "compose");
        expect(JSON.stringify(snippets)).to.contain("file:///run/secrets/token").and.not.contain(sentinel);
    });
});

describe("the program with a further network", () => {
    it("makes it, or takes one that is there, for the outposts that name it", async () => {
        for (const adopt of [false, true]) {
            const { resources, result } = await runProgram({
                configuration: devWith({
                    "networks.iot": { name: "iot_net", adopt },
                    "outposts[0].networks": ["frontend", "iot"],
                }),
            });
            const attached = (name: string) =>
                (container(resources, name).inputs.networksAdvanced as { name: string }[]).map(({ name: one }) => one);

            expect(all(resources, "network").some(({ name }) => name === "authentik-networks-iot")).to.equal(!adopt);
            expect(attached(outposts[0] ?? "")).to.have.length(2);
            expect(attached(outposts[0] ?? "").includes("iot_net")).to.equal(adopt);
            expect(attached("authentik-server")).to.have.length(3);
            expect(result.networks.iot).to.equal("iot_net");
        }
    });
});
