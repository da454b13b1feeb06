import { expect } from "chai";
import { madeOfLabel } from "../../../engine/labels";
import { handOverProgram } from "../../../ground/hand-over";
import { policies } from "../../../policy/policies";
import { kinds, type Settings, step } from "./kinds";
import { packViolations, withUnknown } from "./validate";

const result = "Xk29sLq0vW7dPz41";
const password = { type: "random:index/randomPassword:RandomPassword", name: "password", props: { result } };
const upload = { file: "/run/secrets/token", content: "another-secret-0" };
const image = `postgres@sha256:${"0123456789abcdef".repeat(4)}`;

/** What is planted, the policies that report it, and the settings that it changes. */
const violations: [string, string[], Settings][] = [
    ["a secret in a variable", ["secrets-in-settings"], { envs: ["POSTGRES_PASSWORD=hunter2"] }],
    ["a secret in a label", ["secrets-in-settings"], { labels: [{ label: "token", value: "hunter2" }] }],
    [
        "a secret in a health check",
        ["secrets-in-settings"],
        { healthcheck: { tests: ["CMD", "x", "--token=hunter2"] } },
    ],
    ["a secret in a log option", ["secrets-in-settings"], { logOpts: { "splunk-token": "hunter2" } }],
    ["a generated secret", ["generated-secrets"], { envs: [`COLOUR=${result}`] }],
    ["a generated secret in the label of the files", ["generated-secrets"], labelled(result)],
    ["a generated secret in a host name", ["generated-secrets"], { hostname: result }],
    [
        "the content of an upload",
        ["secrets-in-settings", "generated-secrets"],
        { envs: [`COLOUR=${upload.content}`], uploads: [upload] },
    ],
    ["latest", ["image-tags", "image-digests-in-production"], { image: "redis:latest" }],
    ["no digest", ["image-digests-in-production"], { image: "redis:7" }],
    ["privileges", ["no-privileged"], { privileged: true }],
    ["the host's processes", ["no-host-namespaces"], { pidMode: "host" }],
    ["Docker's socket", ["no-docker-socket"], { mounts: [{ source: "/var/run/docker.sock", target: "/d" }] }],
    ["new privileges", ["no-new-privileges"], { securityOpts: [] }],
    ["no seccomp", ["no-new-privileges"], { securityOpts: ["no-new-privileges:true", "seccomp=unconfined"] }],
    ["Docker's own capabilities", ["capabilities"], { capabilities: {} }],
    ["power over the host", ["capabilities"], { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN"] } }],
    ["a database's port", ["published-ports"], { ports: [{ internal: 5432, external: 5432, ip: "127.0.0.1" }] }],
    ["every port", ["published-ports"], { publishAllPorts: true }],
    ["no memory limit", ["memory-limits-in-production"], { memory: undefined }],
    ["a root that can be written to", ["read-only-root-in-production"], { readOnly: false }],
];

const withPassword = { command: ["redis-server", "--requirepass", "hunter2"] };
const handOver = handOverProgram("postgres", ["/var/lib/postgresql/data"]);

/** The same where the kinds differ: a hand-over is root, reads what others own, has no network, and runs one program alone. */
const ordinary: [string, string[], Settings][] = [
    ["a secret in a command", ["secrets-in-settings"], withPassword],
    ["root", ["no-root"], { user: "0" }],
    ["root by name", ["no-root"], { user: "root:root" }],
    ["the host's network", ["no-host-namespaces"], { networksAdvanced: [{ name: "host" }] }],
    [
        "the rights of a hand-over",
        ["capabilities", "no-root"],
        { user: "0", networksAdvanced: [], capabilities: { drops: ["ALL"], adds: ["CHOWN", "DAC_READ_SEARCH"] } },
    ],
];
const handingOver: [string, string[], Settings][] = [
    ["a secret in a command", ["secrets-in-settings", "capabilities", "no-root"], withPassword],
    ["a network", ["no-root"], { networksAdvanced: [{ name: "backend" }] }],
    ["the host's network", ["no-host-namespaces", "no-root"], { networksAdvanced: [{ name: "host" }] }],
    ["another program", ["capabilities", "no-root"], { entrypoints: ["sh", "-c"] }],
    ["a further command", ["capabilities", "no-root"], { command: [...handOver.slice(1, -1), ";", "-delete"] }],
    ["a folder that is an option", ["capabilities", "no-root"], { command: ["-delete", ...handOver.slice(1)] }],
    ["the rights of an entrypoint", ["capabilities"], { capabilities: { drops: ["ALL"], adds: ["CHOWN", "SETUID"] } }],
];

const configuration = { "no-new-privileges": { setOnNodes: true } };

/** What the pack says of a container of that kind, and of the secret that the stack generates. */
async function verdict(kind: string, settings: Settings): Promise<string[]> {
    const { sound, resource } = kinds[kind] ?? expect.fail(`there is no ${kind}`);
    const reported = await packViolations(policies, [password, resource({ ...sound, ...settings })], configuration);
    expect(reported.join("\n")).to.not.contain("hunter2").and.not.contain(result);
    return [...new Set(reported.map((line) => line.split(":")[0] ?? ""))];
}

describe("the policy pack", () => {
    for (const [kind, { lacks }] of Object.entries(kinds)) {
        it(`passes ${kind} that keeps to every policy`, async () => {
            expect(await verdict(kind, {})).to.deep.equal([]);
        });

        const own = kind === "a hand-over of a volume" ? handingOver : ordinary;
        for (const [what, names, settings] of [...violations, ...own])
            if (!Object.keys(settings).some((setting) => lacks.includes(setting)))
                it(`fails ${kind} with ${what}, and says so once`, async () => {
                    expect(await verdict(kind, settings)).to.have.members(names.map((name) => `${name} it`));
                });
    }

    it("has a violation planted for each of its policies", () => {
        const planted = [...violations, ...ordinary].flatMap(([, names]) => names);
        const production = policies.map(({ name }) => name).filter((name) => !advisoryTwins.has(name));
        expect([...new Set(planted), ...ofVolumes]).to.have.members(production);
    });

    it("says which container of a step it means", async () => {
        const { sound } = kinds["a job"] ?? expect.fail();
        const reported = await packViolations(policies, [step([sound, { ...sound, memory: undefined }])]);
        expect(reported).to.have.length(1);
        expect(reported[0]).to.match(/^memory-limits-in-production it: Container 2 of 2: It has no memory limit/);
    });

    it("reads no Stash of another form", async () => {
        const others = [{ containers: [{ image: "redis" }] }, { facts: {}, containers: "two" }, "redis", undefined];
        const resources = others.map((input) => ({ ...step([]), props: { input } }));
        expect(await packViolations(policies, resources)).to.deep.equal([]);
    });

    it("leaves to the update what a preview does not know yet", async () => {
        const unknownPart = withUnknown({ image, capabilities: {}, securityOpts: [] }, "capabilities", "securityOpts");
        const unknownWhole = { ...step([]), props: { input: { facts: {}, containers: withUnknown([{}], 0) } } };
        const reported = await packViolations(policies, [step([unknownPart]), unknownWhole]);
        expect(reported.map((line) => line.split(" ")[0])).to.have.members([
            "memory-limits-in-production",
            "read-only-root-in-production",
        ]);
    });

    it("passes a service only once its nodes set what no service can set", async () => {
        const { sound, resource } = kinds["a service"] ?? expect.fail();
        const [reported, ...more] = await packViolations(policies, [resource(sound)]);
        expect(reported).to.match(/^no-new-privileges .*daemon.json of every node.*`setOnNodes`/);
        expect(more).to.deep.equal([]);
    });

    it("fails a stack that gives up its data", async () => {
        const type = "authentik-stack:index:AuthentikStack";
        const stack = (protectData: boolean) => ({ type, name: "it", stack: "prod", props: { protectData } });
        expect(await packViolations(policies, [stack(true)])).to.deep.equal([]);
        const [reported, ...more] = await packViolations(policies, [stack(false)]);
        expect(reported).to.match(/^data-volumes-in-production it: .*`protectData`/);
        expect(more).to.deep.equal([]);
    });

    it("finds what a docker.Secret holds in any container", async () => {
        const data = Buffer.from("another-secret-0").toString("base64");
        const secret = { type: "docker:index/secret:Secret", name: "token", props: { data } };
        const { sound, resource } = kinds["a service"] ?? expect.fail();
        const shown = resource({ ...sound, command: ["serve", "another-secret-0"] });
        expect(await packViolations(policies, [secret, shown], configuration)).to.deep.equal([
            "generated-secrets it: Its command shows the secret token. Deliver it as a file.",
        ]);
    });
});

const advisoryTwins = new Set(["image-digests", "read-only-root", "data-volumes", "memory-limits"]);
const ofVolumes = ["data-volumes-in-production"];

function labelled(value: string): Settings {
    return { labels: [{ label: madeOfLabel, value }] };
}
