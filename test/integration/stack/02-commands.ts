import { expect } from "chai";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "../../../cli/graph/topology";
import type { Status } from "../../../cli/status/row";
import { authentikStack, copyProject } from "../../support/project-copy";
import { originOf } from "../support/dev";
import { sharedStack, type SharedStack } from "../support/shared-stack";

/** Nothing listens there. */
const nowhere = "tcp://127.0.0.1:1";

describe("the command line, with a running stack", () => {
    let shared: SharedStack;
    let copy: string;
    before(async () => {
        shared = await sharedStack();
        const { stack } = shared.stack.opened;
        copy = join(shared.stack.bench.folder, "commands");
        copyProject(copy, ["test", "docs"]);
        copyFileSync(
            join(stack.workspace.workDir, `Pulumi.${stack.name}.yaml`),
            join(copy, `Pulumi.${stack.name}.yaml`),
        );
    });
    after(() => rmSync(copy, { recursive: true, force: true }));

    function command(args: string[], more: Record<string, string> = {}) {
        const { backend, docker } = shared.stack.opened.workplace;
        const env = { ...backend.env, DOCKER_HOST: docker?.host ?? "", ...more };
        return authentikStack(copy, [...args, "--stack", shared.stack.opened.stack.name], env);
    }

    it("shows its status as JSON and its topology, and has no link for a rehearsal", async () => {
        const [status, graph, open] = await Promise.all([
            command(["status", "--json"]),
            command(["graph", "--running", "--json"]),
            command(["open"]),
        ]);
        const { attention, rows, url } = JSON.parse(status.stdout) as Status;
        expect(status.code, status.stdout).to.equal(attention === 0 ? 0 : 2);
        expect(url).to.equal(originOf("authentik", shared.ports.server, shared.ports));
        const containers = rows.filter(({ area }) => area === "Containers");
        expect(containers.map(({ title }) => title)).to.include.members(["authentik-server", "postgres", "redis"]);
        expect(containers.map(({ state, text }) => `${state} ${text}`.split(",")[0])).to.satisfy((all: string[]) =>
            all.every((one) => one === "fine healthy"),
        );
        expect(rows.filter(({ area }) => area === "Outposts").map(({ title }) => title)).to.include("ak-outpost-cwad");

        expect(graph.code, graph.stderr).to.equal(0);
        const { parts } = JSON.parse(graph.stdout) as Topology;
        expect(parts.map(({ name }) => name)).to.include.members(["it-a-authentik-server", "it-a-ak-outpost-organizr"]);

        // A stand-in has no shell of authentik.
        expect(open.code, open.stdout).to.equal(1);
        expect(open.stdout).to.not.match(/https?:/);
    });

    it("tells nothing of another engine where the stack's own does not answer, and still reads its outputs", async () => {
        const [status, doctor, output] = await Promise.all([
            command(["status"], { DOCKER_HOST: nowhere }),
            command(["doctor"], { DOCKER_HOST: nowhere }),
            command(["output", "url"], { DOCKER_HOST: nowhere }),
        ]);
        expect(status.code, status.stdout).to.equal(1);
        expect(status.stderr).to.contain(`No Docker engine answers at ${nowhere}`);
        expect(doctor.code, doctor.stderr).to.equal(2);
        expect(doctor.stdout).to.contain(`it-a cannot be looked at: No Docker engine answers at ${nowhere}`);
        expect(output.code, output.stderr).to.equal(0);
        expect(output.stdout).to.contain(originOf("authentik", shared.ports.server, shared.ports));
    });
});
