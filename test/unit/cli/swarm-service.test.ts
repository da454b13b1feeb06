import { expect } from "chai";
import { servicesOf } from "../../../cli/stack/swarm";
import type { OpenStack } from "../../../cli/workplace";
import { DockerConnection } from "../../../engine/connection";
import { type Behaviour, startEngine } from "../../support/engine";

const identity = "authentik-stack/it-";
const Labels = { "authentik-stack.stack": identity, "authentik-stack.resource": "authentik-backups-container" };
const Spec = { Name: "backups-0a1b2c3", Labels, TaskTemplate: { ContainerSpec: { Image: "x:1" } } };
const services = [{ ID: "s1", CreatedAt: "2026-11-24T10:00:00Z", Spec }];

/** What comes of a question to a stack's one service, and the commands that ran for it. */
async function asked<T>(
    behaviour: Behaviour,
    ask: (service: Awaited<ReturnType<typeof servicesOf>>[number]) => Promise<T>,
) {
    const engine = await startEngine({ ...behaviour, lists: { services } });
    const open = { identity, workplace: { docker: { connection: new DockerConnection({ host: engine.host }) } } };
    const [service] = await servicesOf(open as unknown as OpenStack);
    if (service === undefined) return expect.fail("it has no service");
    const answer = await ask(service).catch((error: unknown) => String(error));
    await engine.close();
    const commands = engine.created.map(
        ({ body }) => (body.TaskTemplate as { ContainerSpec: { Command: string[] } }).ContainerSpec.Command,
    );
    return { answer, commands };
}

describe("a service of a stack on a Swarm", () => {
    it("has a file read beside it, in which nothing is where there is no file", async () => {
        const { answer, commands } = await asked({ log: () => "fingerprint" }, (service) => service.read("/run/x"));
        expect(answer).to.equal("fingerprint");
        expect(commands).to.deep.equal([["sh", "-c", '[ -e "$1" ] || exit 0; exec cat "$1"', "sh", "/run/x"]]);
    });

    it("takes no file that cannot be read for an empty one", async () => {
        const behaviour = { exit: () => 1, log: () => "cat: Permission denied" };
        const { answer } = await asked(behaviour, (service) => service.read("/run/x"));
        expect(answer).to.match(/reading \/run\/x failed with exit code 1:\ncat: Permission denied/);
    });

    it("tells how a command ended, and gives up one that does not", async () => {
        const failed = await asked({ exit: () => 3, log: () => "no" }, (service) => service.execute(["ask"]));
        expect(failed.answer).to.deep.equal({ code: 3, output: "no" });
        const endless = { exit: () => undefined, log: () => "waiting" };
        const { answer } = await asked(endless, (service) => service.execute(["ask"], { seconds: 0 }));
        expect(answer).to.match(/a command beside backups-0a1b2c3 did not end within 0 seconds:\nwaiting/);
    });
});
