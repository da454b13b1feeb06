import { expect } from "chai";
import { Credentials, DockerHost, Networks } from "../../components";
import { docker, networks, tryDocker, volumes } from "./support/host";
import { SmallStack } from "./support/small-stack";

const prefix = "it-leave-";
const network = `${prefix}frontend_net`;
const volume = `${prefix}data`;
const guest = `${prefix}guest`;

describe("what a stack no longer needs", () => {
    let stack: SmallStack;
    let adopt: boolean;
    let name: string;
    let keep: boolean;
    let needed: boolean;
    before(async () => {
        stack = await SmallStack.open(prefix, () => async () => {
            const runtime = await DockerHost.observed({ prefix });
            const context = { prefix, credentials: new Credentials(), protectData: keep, runtime };
            const frontend = adopt ? { name: network, adopt } : { name };
            new Networks(`${prefix}networks`, { networks: { frontend }, context });
            const data = { name: volume, keep };
            if (needed) runtime.volume(volume, data, {});
            else runtime.releaseVolume(volume, data, {});
        });
    });
    beforeEach(async () => {
        [adopt, name, keep, needed] = [false, "frontend_net", true, true];
        await stack.up();
    });
    after(() => stack.close());

    /** A container of somebody else's on the network. */
    const join = () =>
        docker("run", "--detach", "--name", guest, "--network", network, stack.bench.images.app, "sleep", "600");
    const leave = () => tryDocker("rm", "--force", guest);
    afterEach(leave);

    it("stays when it is a network that others use, and they are named", async () => {
        await join();
        adopt = true;
        const { shown } = await stack.up();
        expect(shown).to.contain(
            `the network ${network} is no longer needed but is kept, since other containers use it: ${guest}`,
        );
        expect((await stack.up()).changes).to.deep.equal([]);
        expect(await networks(prefix)).to.deep.equal([network]);
        await leave();
    });

    it("is not renamed while others use it, and they are named before anything changes", async () => {
        await join();
        name = "web_net";
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain(`${network} cannot be renamed to ${prefix}web_net`).and.contain(guest);
        expect(await networks(prefix)).to.deep.equal([network]);
        await leave();
        await stack.up();
        expect(await networks(prefix)).to.deep.equal([`${prefix}web_net`]);
    });

    it("stays when it is a volume, leaves the state, and is named", async () => {
        needed = false;
        const { shown } = await stack.up();
        expect(shown).to.contain(`the volume ${volume} is no longer needed but is kept`);
        expect(await volumes(prefix)).to.deep.equal([volume]);
        expect(await stack.recorded()).to.not.include(volume);
        expect((await stack.up()).changes).to.deep.equal([]);
    });

    it("stays when it is a volume that the stack may delete, until the stack is destroyed", async () => {
        keep = false;
        await stack.up();
        needed = false;
        for (const refresh of [false, true]) {
            await stack.up({ refresh });
            expect(await volumes(prefix)).to.deep.equal([volume]);
        }
        await stack.destroy();
        expect(await volumes(prefix)).to.deep.equal([]);
    });
});
