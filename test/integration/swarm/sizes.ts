import { expect } from "chai";
import { run } from "../../../cli/run";
import { nodeNames } from "../support/swarm-bed";
import { replicated, type SwarmStack, tell } from "../support/swarm-stack";

/** How many there are. */
export function sizes(at: () => SwarmStack): void {
    it("is scaled from one to three and back without a failed request", async () => {
        for (const replicas of [1, 3, 1, 3]) {
            at().configure(replicated(replicas));
            const { seconds } = await at().unharmed(() => at().stack.up());
            expect((await at().tasks()).filter(({ service }) => /authentik-server/.test(service))).to.have.length(
                replicas,
            );
            tell(`${replicas} in ${seconds} s`);
        }
    });

    it("is scaled back, and what leaves the configuration stops in its own time", async () => {
        const had = (await at().tasks()).filter(({ service }) => /organizr/.test(service));
        const since = Math.floor(Date.now() / 1000);
        at().configure(replicated(1), { without: "ak-outpost-organizr" });
        await at().stack.up();
        expect((await at().tasks()).filter(({ service }) => /authentik-server/.test(service))).to.have.length(1);
        const ends = await Promise.all(nodeNames.map((node) => endsOn(at().bed.node(node).docker.host, since)));
        const ofOutpost = ends.flat().filter((end) => end.includes("organizr"));
        expect(ofOutpost).to.have.length(had.length);
        for (const end of ofOutpost) expect(end).to.match(/ 0$/);
        expect((await at().stack.up({ refresh: true })).changes).to.deep.equal([]);
    });
}

/** The containers of an engine that ended, with their exit codes. */
async function endsOn(host: string, since: number): Promise<string[]> {
    const until = Math.ceil(Date.now() / 1000);
    const format = "{{.Actor.Attributes.name}} {{.Actor.Attributes.exitCode}}";
    const args = ["events", "--since", `${since}`, "--until", `${until}`, "--filter", "event=die", "--format", format];
    return (await run("docker", args, { env: { DOCKER_HOST: host } })).split("\n");
}
