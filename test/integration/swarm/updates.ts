import { expect } from "chai";
import { run } from "../../../cli/run";
import { settle } from "../../../cli/stack/up";
import { jobLabel, stackLabel } from "../../../engine/labels";
import { eventually } from "../../contract/support/containers";
import { SwarmStack, tell, timed } from "../support/swarm-stack";

/** Nothing answers on port 1: no image of this name can be had anywhere. */
const missing = "127.0.0.1:1/it-missing:1";

/**
 * What an update does.
 *
 * @param brief only once what is else tried in several ways.
 */
export function updates(at: () => SwarmStack, brief = false): void {
    it("is up from nothing when a person could sign in", async () => {
        const { seconds } = await timed(() => at().stack.up());
        await at().visitFrom("manager");
        await at().expectServing();
        tell(`up in ${seconds} s`);
    });

    it("has nothing to do then, also when it is compared with what there is", async () => {
        for (const refresh of brief ? [true] : [false, true]) {
            const { result, seconds } = await timed(() => at().stack.up({ refresh }));
            expect(result.changes).to.deep.equal([]);
            tell(`${refresh ? "--refresh" : "up"} in ${seconds} s`);
        }
    });

    it("has nothing to do in a preview where the manager lacks images, as after `docker image prune`", async () => {
        const { postgres, redis } = at().stack.bench.images;
        for (const image of [postgres, redis]) {
            await docker(at(), "tag", image, `${image}-kept`);
            await docker(at(), "image", "rm", image);
        }
        try {
            expect((await at().stack.preview()).changes).to.deep.equal([]);
        } finally {
            for (const image of [postgres, redis]) await docker(at(), "tag", `${image}-kept`, image);
        }
    });

    it(`takes a changed setting${brief ? "" : ", and new secrets,"} without a failed request at twenty a second`, async () => {
        const changed = { "settings.log_level": "debug" };
        const rotation = { postgres: 1, redis: 1, "outpost/ak-outpost-cwad": 1 };
        for (const changes of brief ? [changed] : [changed, { ...changed, rotation }]) {
            at().configure(changes);
            const { result, seconds } = await at().unharmed(() => at().stack.up());
            tell(`${Object.keys(changes).at(-1)} in ${seconds} s`);
            expect(result.changes).to.not.be.empty;
        }
        at().settled = brief ? changed : { ...changed, rotation };
        if (!brief) expect((await at().stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("keeps its containers when an image crashes, and says so each time", async () => {
        const before = await at().tasks();
        for (let attempt = 1; attempt <= (brief ? 1 : 2); attempt++) {
            at().configure({ "images.server": SwarmStack.crashing });
            const { result, seconds } = await at().unharmed(() => at().stack.failingUp());
            expect(result.record.errors)
                .to.contain("these are the last words")
                .and.match(/authentik-(server|worker)/);
            tell(`failed with the reason after ${seconds} s`);
            expect(await at().tasks()).to.have.deep.members(before);
        }
    });

    if (brief) return;

    it("keeps its containers when an image cannot be had, and is healed by the right one", async () => {
        const before = await at().tasks();
        at().configure({ "images.server": missing });
        expect((await at().unharmed(() => at().stack.failingUp())).result.record.errors).to.contain(missing);
        expect(await at().tasks()).to.have.deep.members(before);
        at().configure();
        await at().stack.up();
        expect((await at().stack.up({ refresh: true })).changes).to.deep.equal([]);
        await at().expectServing();
    });

    it("loses the services of jobs that have ended, whose commands were killed, but none that runs", async () => {
        const { bed, stack } = at();
        const of = ["--label", `${stackLabel}=${stack.opened.identity}`, "--label", `${jobLabel}=look`];
        const job = [
            "service",
            "create",
            "--detach",
            "--no-resolve-image",
            "--mode",
            "replicated-job",
            "--restart-condition",
            "none",
            ...of,
        ];
        const begin = (name: string, seconds: number) =>
            docker(at(), ...job, "--name", name, "--entrypoint", "sleep", stack.bench.images.postgres, `${seconds}`);
        await begin("it-ended", 1);
        await begin("it-runs", 600);
        const jobs = async () => {
            const services = await (await bed.client()).listServices({ filters: { label: [jobLabel] } });
            return services.map(({ Spec }) => Spec?.Name).sort();
        };
        await eventually("only the job that runs is left", 90, async () => {
            await settle(() => undefined, stack.opened);
            return (await jobs()).length === 1;
        });
        expect(await jobs()).to.deep.equal(["it-runs"]);
        await docker(at(), "service", "rm", "it-runs");
    });
}

/** Docker's own command, on the manager. */
async function docker({ bed }: SwarmStack, ...args: string[]): Promise<string> {
    return await run("docker", args, { env: { DOCKER_HOST: bed.node("manager").docker.host } });
}
