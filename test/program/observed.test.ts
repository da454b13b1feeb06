import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { expect } from "chai";
import { inPreview } from "../../engine/comparison";
import { jobLabel } from "../../engine/labels";
import { valueOf } from "../../engine/step";
import { devConfiguration, devWith } from "../support/configuration";
import { type Behaviour, type Listed, startEngine } from "../support/engine";
import { all, namesOf, one, recordOf, step } from "../support/find";
import { runHooks } from "../support/hooks";
import { runProgram, runUnderMocks } from "../support/mocks";

const labels = (resource: string) => ({
    "authentik-stack.stack": "authentik-stack/",
    "authentik-stack.resource": resource,
});
const workloads = [
    ...["postgres-server", "redis-server", "server", "worker", "backups-container"],
    ...["ak-outpost-organizr", "ak-outpost-cwad"],
].map((name) => `authentik-${name}`);

/** The stack as it runs, with a change to one of its containers. */
function running(changed?: string, change: Partial<Listed> = {}): Listed[] {
    return workloads.map((name) => ({ Id: name, Labels: labels(name), ...(name === changed ? change : {}) }));
}

/** Those that it has. */
const volumes = ["pg_data", "redis_data", "ak_media", "ak_templates", "ak_certs", "ak_backups"].map((Name) => ({
    Name,
}));

async function resourcesOf(lists: Behaviour["lists"], configuration = devConfiguration()) {
    const engine = await startEngine({ lists: { volumes, ...lists } });
    try {
        return (await runProgram({ configuration, dockerHost: engine.host })).resources;
    } finally {
        await engine.close();
    }
}

describe("the program on a host where its stack runs", () => {
    const again = async (containers: Listed[]) => {
        const steps = all(await resourcesOf({ containers }), "step");
        return Object.fromEntries(
            steps.flatMap((step) => {
                const reason = recordOf(step).again.replace(/ at .*/, "");
                return reason === "" ? [] : [[step.name, reason]];
            }),
        );
    };

    it("does nothing again where everything is healthy", async () => {
        expect(await again(running())).to.deep.equal({});
    });

    for (const name of workloads) {
        it(`waits for ${name} again, and proves again that a person can sign in, where it was stopped`, async () => {
            expect(await again(running(name, { State: "exited" }))).to.deep.equal({
                [`${name}-healthy`]: "exited",
                "authentik-serving-proven": "exited",
            });
        });
    }
});

describe("a preview on a host where its stack runs", () => {
    const told = async (configuration = devConfiguration()) => {
        const Ports = [9000, 9080].map((port) => ({ IP: "127.0.0.1", PublicPort: port, Type: "tcp" }));
        const made = { "authentik-stack.made-of": "of something else" };
        const containers = running().map((one) => ({ ...one, Labels: { ...one.Labels, ...made }, Ports }));
        const engine = await startEngine({ lists: { containers } });
        const { warn } = console;
        const lines: string[] = [];
        console.warn = (line: string) => void lines.push(line);
        try {
            await runProgram({ configuration, dockerHost: engine.host, preview: true });
            return lines.filter((line) => line.includes("will be replaced"));
        } finally {
            console.warn = warn;
            await engine.close();
        }
    };

    it("says which addresses will not answer, and that a gateway would help", async () => {
        const lines = await told();
        expect(
            lines.map((line) => / (\S+) will be replaced, and will not answer at (\S+) /.exec(line)?.slice(1)),
        ).to.have.deep.members([
            ["authentik-server", "127.0.0.1:9000"],
            ["ak-outpost-organizr", "127.0.0.1:9080"],
        ]);
        for (const line of lines) expect(line).to.contain("A gateway avoids this interruption");
    });
});

describe("the program with --refresh, on a host where its stack runs", () => {
    afterEach(() => {
        delete process.env.PULUMI_OPTION_REFRESH;
    });
    const comparing = (name: string) => name.endsWith("-compared");

    /** The blueprints' step, and the names of the containers that ran. */
    const blueprints = async (said: string, containers = running(), preview = false, exit = 0) => {
        process.env.PULUMI_OPTION_REFRESH = "true";
        const engine = await startEngine({ lists: { containers }, log: () => said, exit: () => exit });
        try {
            const { resources } = await runProgram({ dockerHost: engine.host, preview });
            const { inputs, options } = one(resources, "step", "authentik-blueprints-applied");
            const { again } = inputs.input as { again: string };
            const ran = engine.created.map(({ body }) => (body.Labels as Record<string, string>)[jobLabel] ?? "");
            return { again, ignored: options.ignoreChanges, ran, engine };
        } finally {
            await engine.close();
        }
    };

    it("asks authentik what it holds, with the secrets that it has to hold, and is content with the last reason", async () => {
        const { again, ignored, ran, engine } = await blueprints('{"event": "a log line"}\nsame of last time\n');

        expect(again).to.equal("of last time");
        expect(ignored).to.deep.equal([]);
        expect(ran.filter(comparing)).to.deep.equal(["authentik-blueprints-applied-compared"]);
        const [asked] = engine.created;
        expect(asked?.body.Cmd).to.include.members(["/run/authentik-stack/compare.py", "authentik-stack/admin.yaml"]);
        expect(asked?.body.Cmd, "which the comparison would find changed").to.not.include("authentik-stack/mark.yaml");
        expect(asked?.files.map(({ path }) => path)).to.include("/run/secrets/api_token");
    });

    it("applies the blueprints again where it holds something else, which the reason names", async () => {
        const { again } = await blueprints("differs Application organizr (missing)\n");

        expect(again).to.match(
            /^asking what authentik holds: not as declared: Application organizr \(missing\) at 20\d\d-/,
        );
    });

    it("warns in an update of what it held, not of what the update declares for the first time", async () => {
        process.env.PULUMI_OPTION_REFRESH = "true";
        const [organizr = "", cwad = ""] = ["organizr", "cwad"].map(
            (slug) => `/blueprints/authentik-stack/application-${slug}.yaml`,
        );
        const said =
            `in ${organizr}: Application organizr (missing)\nin ${cwad}: Application cwad (name)\n` +
            "differs Application organizr (missing); Application cwad (name)\n";
        const engine = await startEngine({ lists: { containers: running() }, log: () => said });
        const { warn } = console;
        try {
            const { resources } = await runProgram({ dockerHost: engine.host });
            const made = step(resources, "authentik-blueprints-applied");
            const { facts, ...record } = recordOf(made);
            const warned = async (before?: Record<string, string>) => {
                const lines: string[] = [];
                console.warn = (line: string) => void lines.push(line);
                const old = before && { ...made, inputs: { input: { ...record, facts: before } } };
                await runHooks(made, old === undefined ? "beforeCreate" : "beforeUpdate", old);
                console.warn = warn;
                return lines.map((line) => line.replace(/^.*not as declared: /, "")).filter((line) => line !== "");
            };
            const others = Object.fromEntries(Object.entries(facts).filter(([path]) => path !== organizr));

            expect(await warned(facts)).to.deep.equal(["Application organizr (missing); Application cwad (name)"]);
            expect(await warned(others), "organizr is new").to.deep.equal(["Application cwad (name)"]);
            expect(await warned({ ...others, [cwad]: "another" })).to.deep.equal([]);
            expect(await warned(), "on a first start").to.deep.equal([]);
        } finally {
            console.warn = warn;
            await engine.close();
        }
    });

    it("applies them again where it cannot be asked, for whatever reason", async () => {
        expect((await blueprints("no space\nleft", running(), false, 1)).again).to.match(
            /^asking what authentik holds failed with exit code 1: no space left at 20/,
        );
        expect((await blueprints("of no account")).again).to.match(/^asking what authentik holds: of no account at 20/);
    });

    it("asks in a preview as well, in which a secret that is made only later is one that nothing holds yet", async () => {
        const files = await runUnderMocks(
            () => {
                const { result } = new RandomPassword("later", { length: 20 });
                return { files: [result, pulumi.secret("known")].map((content) => inPreview({ path: "/a", content })) };
            },
            { preview: true },
        );
        const contents = files.result.files.map(({ content }) => valueOf(pulumi.output(content)));

        expect(await Promise.all(contents)).to.deep.equal(["not made yet", "known"]);
    });

    it("asks nobody in a preview where something is stopped, and in an update once it is started", async () => {
        const stopped = running("authentik-server", { State: "exited" });

        const preview = await blueprints("same", stopped, true);
        expect(preview.ran.filter(comparing)).to.deep.equal([]);
        expect(preview.ignored).to.deep.equal(["input.again"]);
        expect((await blueprints("same", stopped)).ran.filter(comparing)).to.have.length(1);
    });

    it("asks nobody on a first install", async () => {
        expect((await blueprints("same", [])).ran.filter(comparing)).to.deep.equal([]);
    });

    it("asks nobody without --refresh", async () => {
        const engine = await startEngine({ lists: { containers: running() } });
        const { resources } = await runProgram({ dockerHost: engine.host, preview: true });
        await engine.close();

        expect(engine.created).to.deep.equal([]);
        const { options } = one(resources, "step", "authentik-blueprints-applied");
        expect(options.ignoreChanges).to.deep.equal(["input.again"]);
    });
});

describe("the program on a host where another release runs", () => {
    const others = (version: string, preview = false) => {
        const image = { "org.opencontainers.image.version": version };
        const containers = running("authentik-server", { Labels: { ...labels("authentik-server"), ...image } });
        return failureOf(containers, preview);
    };
    const failureOf = async (containers: Listed[], preview: boolean) => {
        const engine = await startEngine({ lists: { containers } });
        try {
            await runProgram({ configuration: devConfiguration(), dockerHost: engine.host, preview });
            return undefined;
        } catch (error) {
            expect(engine.requests.filter((line) => !line.startsWith("GET "))).to.deep.equal([]);
            return (error as Error).message;
        } finally {
            await engine.close();
        }
    };

    for (const preview of [false, true])
        it(`refuses a release that cannot follow it, before anything is made${preview ? ", in a preview" : ""}`, async () => {
            const failure = await others("2025.10.4", preview);

            expect(failure).to.contain("1 problem in the configuration; nothing was changed");
            expect(failure).to.contain(
                `version = "2025.8.6" is older than 2025.10.4, the release of this stack's database`,
            );
        });

    it("leaves it to the database where the server was stopped, as when an older one was put back", async () => {
        const image = { "org.opencontainers.image.version": "2025.10.4" };
        const Labels = { ...labels("authentik-server"), ...image };
        expect(await failureOf(running("authentik-server", { State: "exited", Labels }), true)).to.equal(undefined);
    });

    it("takes a release that can follow it, and one whose image does not say", async () => {
        for (const version of ["2025.8.4", "2025.6.4", "my own"])
            expect(await others(version), version).to.equal(undefined);
    });
});

describe("the program, when its stack needs something no longer", () => {
    const volumes = ["pg_data", "redis_data"].map((Name) => ({ Name }));
    const external = { host: "db.example.com", database: "ak", user: "ak", sslMode: "require" };

    it("leaves the data of PostgreSQL where it is, and no longer knows of it", async () => {
        const configuration = devWith({
            ...{ "postgres.external": external, consumers: undefined },
            secrets: { "database/authentik": "supplied-by-me" },
        });
        const engine = await startEngine({ lists: { volumes } });
        try {
            const { resources } = await runProgram({ configuration, secretKeys: ["secrets"], dockerHost: engine.host });
            expect(namesOf(resources, "volume")).to.not.include("authentik-postgres-data");
        } finally {
            await engine.close();
        }
    });

    it("keeps the data of Redis until the stack goes, where the configuration wants it to go with the stack", async () => {
        const configuration = devWith({ version: "2025.12.1", protectData: false, consumers: undefined });
        const resources = await resourcesOf({ volumes }, configuration);

        const { inputs, options } = one(resources, "volume", "authentik-redis-data");
        expect(inputs.name).to.equal("redis_data");
        expect(options.retainOnDelete).to.equal(false);
        const kept = await resourcesOf({ volumes }, { ...configuration, protectData: true });
        expect(namesOf(kept, "volume")).to.not.include("authentik-redis-data");
    });

    it("keeps a network that others are on, where one of another name is adopted in its place", async () => {
        const mine = {
            ...{ Name: "frontend_net", Labels: labels("authentik-networks-frontend") },
            Containers: { npm: { Name: "npm" } },
        };
        const configuration = devWith({ "networks.frontend": { name: "proxy_net", adopt: true } });

        const kept = await resourcesOf({ networks: [mine, { Name: "proxy_net" }] }, configuration);
        expect(one(kept, "network", "authentik-networks-frontend").inputs.name).to.equal("frontend_net");
        const gone = await resourcesOf(
            { networks: [{ ...mine, Containers: {} }, { Name: "proxy_net" }] },
            configuration,
        );
        expect(namesOf(gone, "network")).to.not.include("authentik-networks-frontend");
    });

    it("keeps a network for outposts that others are on, where it is configured no longer", async () => {
        const mine = {
            ...{ Name: "iot_net", Labels: labels("authentik-networks-iot") },
            Containers: { hub: { Name: "hub" } },
        };

        const kept = await resourcesOf({ networks: [mine] }, devWith({}));
        expect(one(kept, "network", "authentik-networks-iot").inputs.name).to.equal("iot_net");
        const gone = await resourcesOf({ networks: [{ ...mine, Containers: {} }] }, devWith({}));
        expect(namesOf(gone, "network")).to.not.include("authentik-networks-iot");
    });
});
