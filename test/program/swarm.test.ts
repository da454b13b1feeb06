import { expect } from "chai";
import { containersOf } from "../../policy/container";
import { policies } from "../../policy/policies";
import { devWith } from "../support/configuration";
import { absentEngine, type FakeEngine, startEngine } from "../support/engine";
import { all, namesOf, one, recordOf, step } from "../support/find";
import { type Run, runProgram } from "../support/mocks";
import { sentinel } from "../support/provider";
import type { Registered } from "../support/recording";
import { packViolations } from "../unit/policy/validate";

const digest = `@sha256:${"0123456789abcdef".repeat(4)}`;
const images = Object.fromEntries(
    ["server", "proxy", "postgres", "redis"].map((image) => [image, `example/${image}:1${digest}`]),
);
const everywhere = { ip: "0.0.0.0" };
const configuration = () =>
    devWith({
        images,
        runtime: "swarm",
        "server.replicas": 3,
        "server.ports[0]": { port: 9000, ...everywhere },
        "outposts[0].ports[0]": { port: 9080, ...everywhere },
        "outposts[1].ports[0]": { port: 9081, ...everywhere },
    });
const setOnNodes = { "no-new-privileges": { setOnNodes: true } };

/** What the policies, and so people, see of a service: the containers that it runs. */
function containerOf({ type, inputs }: Registered) {
    const [found] = containersOf({ type, props: inputs });
    return found?.inputs ?? expect.fail(`${type} runs no container`);
}

describe("the program on a Swarm", () => {
    let engine: FakeEngine;
    let resources: Registered[];
    before(async () => {
        // The owner of a file is read in its image.
        engine = await startEngine({}, absentEngine);
        const run: Run<object> = await runProgram({ configuration: configuration(), stack: "prod" });
        ({ resources } = run);
    });
    after(() => engine.close());

    it("runs everything as a service, and nothing as a container of one host", () => {
        expect(namesOf(resources, "service")).to.have.members([
            "authentik-postgres-server",
            "authentik-redis-server",
            "authentik-server",
            "authentik-worker",
            "authentik-backups-container",
            "authentik-ak-outpost-organizr",
            "authentik-ak-outpost-cwad",
        ]);
        expect(namesOf(resources, "container")).to.deep.equal([]);
        expect(namesOf(resources, "volume")).to.deep.equal([]);
    });

    it("has networks that reach every node", () => {
        for (const { inputs } of all(resources, "network"))
            expect(inputs).to.include({ driver: "overlay", attachable: true });
    });

    it("gives each the names that it has on one host", () => {
        const { networksAdvanced } = containerOf(one(resources, "service", "authentik-server"));
        for (const network of networksAdvanced as { aliases: string[] }[])
            expect(network.aliases).to.deep.equal(["authentik-server"]);
    });

    it("records how many there are in the step that starts them", () => {
        expect(recordOf(step(resources, "authentik-server-healthy")).facts).to.include({ replicas: "3", pids: "256" });
        expect(recordOf(step(resources, "authentik-worker-healthy")).facts).to.include({ replicas: "1" });
    });

    it("gives its PostgreSQL connections for each of several servers", () => {
        const { command } = containerOf(one(resources, "service", "authentik-postgres-server"));
        expect(command).to.deep.equal(["postgres", "-c", "max_connections=600"]);
    });

    it("keeps the data on its node, and lets the outposts be anywhere", () => {
        const placement = (name: string) =>
            (one(resources, "service", name).inputs.taskSpec as { placement: { constraints: string[] } }).placement;
        for (const name of ["postgres-server", "redis-server", "backups-container", "server", "worker"])
            expect(placement(`authentik-${name}`).constraints, name).to.deep.equal([
                "node.labels.authentik-stack.data==true",
            ]);
        expect(placement("authentik-ak-outpost-cwad").constraints).to.deep.equal([]);
    });

    it("stops what it no longer has once everything serves", () => {
        const { options, inputs } = step(resources, "authentik-workloads");
        expect(options.dependsOn).to.have.length(1);
        expect((inputs as { input: { facts: object } }).input.facts).to.deep.equal({
            workloads: namesOf(resources, "service").sort().join(" "),
        });
    });

    it("labels its files that are no secret like those that are", () => {
        const files = resources.filter(({ type }) => /:(Secret|ServiceConfig)$/.test(type));
        expect(files.some(({ type }) => type.endsWith("ServiceConfig"))).to.equal(true);
        for (const { name, inputs } of files)
            expect(
                (inputs.labels as { label: string }[]).map(({ label }) => label),
                name,
            ).to.deep.equal([...["authentik-stack.stack", "authentik-stack.resource"]]);
    });

    it("has its secrets in files of Swarm alone", () => {
        for (const { type, name, inputs, secretInputs } of resources) {
            const holds = JSON.stringify(inputs).includes(sentinel);
            expect(holds, `${type} ${name}`).to.equal(false);
            if (type === "docker:index/secret:Secret") expect(secretInputs, name).to.include("data");
        }
    });

    for (const preview of [false, true])
        it(`passes every policy once the nodes forbid new privileges${preview ? ", in a preview" : ""}`, async () => {
            const run = await runProgram({ configuration: configuration(), stack: "prod", preview });
            const checked = run.resources.map(({ type, name, urn, inputs, options }) => ({
                ...{ type, name, urn, props: inputs, protect: options.protect === true },
            }));
            expect(await packViolations(policies, checked, setOnNodes)).to.deep.equal([]);
            const [first] = await packViolations(policies, checked);
            expect(first).to.match(/^no-new-privileges .*`setOnNodes`/);
        });
});
