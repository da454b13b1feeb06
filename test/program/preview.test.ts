import { expect } from "chai";
import type { AuthentikOutputs, Pending } from "../../components/outputs";
import { startEngine } from "../support/engine";
import { all } from "../support/find";
import { type Run, runProgram } from "../support/mocks";
import { isKnown } from "../support/outputs";
import { itOnHost, onEach } from "../support/runtimes";

onEach("a preview of the program", () => {
    let run: Run<Pending<AuthentikOutputs>>;
    let seconds: number;
    before(async () => {
        const started = Date.now();
        // Nobody listens there.
        run = await runProgram({ preview: true, dockerHost: "tcp://127.0.0.1:1" });
        seconds = (Date.now() - started) / 1000;
    });

    it("needs no engine and waits for none", () => {
        expect(seconds).to.be.lessThan(10);
    });

    itOnHost("only looks at an engine, where one runs", async () => {
        const engine = await startEngine();
        try {
            await runProgram({ preview: true, dockerHost: engine.host });
            expect(engine.requests.filter((line) => !line.startsWith("GET "))).to.deep.equal([]);
        } finally {
            await engine.close();
        }
    });

    it("shows the resources of the update, though ids and secrets are not known yet", async () => {
        const names = ({ resources }: Run<object>) => resources.map(({ type, name }) => `${type} ${name}`).sort();

        expect(names(run)).to.deep.equal(names(await runProgram()));
    });

    itOnHost(
        "knows every setting, label and image of a container before anything is made, but no digest of what is generated",
        () => {
            const containers = all(run.resources, "container");

            expect(containers).to.have.length(7);
            for (const { name, inputs } of containers) {
                const labels = inputs.labels as { label: string; value: unknown }[];
                const generation = /-(server|worker)$/.test(name) && !/postgres|redis/.test(name) ? ["generation"] : [];
                const ours = ["stack", "resource", ...generation, "made-of"].map((label) => `authentik-stack.${label}`);
                expect(labels.map(({ label }) => label)).to.deep.equal(ours);
                const known = labels.slice(0, -1).map(({ value }) => value);
                for (const value of [...(inputs.envs as unknown[]), ...known, inputs.image])
                    expect(value, name).to.be.a("string");
            }
        },
    );

    it("knows where things will be, but no secret", async () => {
        const { url, admin, apiToken, outposts, databases, volumes } = run.result;

        for (const output of [url, databases.n8n?.host ?? "", ...Object.values(volumes)])
            expect(await isKnown(output)).to.equal(true);
        for (const output of [admin.password, apiToken, outposts["ak-outpost-cwad"]?.token, databases.n8n?.password])
            expect(await isKnown(output ?? "")).to.equal(false);
    });
});
