import { expect } from "chai";
import { hasLost, leaveVolumes, rememberedVolumes } from "../../../cli/stack/state";
import { DockerConnection } from "../../../engine/connection";
import { type FakeEngine, startEngine } from "../../support/engine";

describe("what the state knows", () => {
    let engine: FakeEngine;
    before(async () => {
        const containers = [{ Id: "c1", State: "exited" }];
        engine = await startEngine({ lists: { containers, networks: [{ Name: "n1" }], volumes: [{ Name: "v1" }] } });
    });
    after(() => engine.close());

    const known = ["container:Container c1", "network:Network n1", "volume:Volume v1"];
    const isLost = async (...entries: string[]) => {
        const resources = entries.map((entry) => {
            const [type = "", id] = entry.split(" ");
            return { urn: "", type: type.startsWith("random") ? type : `docker:index/${type}`, id };
        });
        return await hasLost(new DockerConnection({ host: engine.host }, {}), { resources, pending: [] });
    };

    it("has the volumes that the last update made or found, and none before the first", () => {
        const memory = { '"staging-"': "", "media staging-ak_media": "made", "postgres pg": "made" };
        const step = { urn: "urn:pulumi:dev::p::pulumi:index:Stash::prefix", type: "", inputs: { input: { memory } } };
        expect(rememberedVolumes({ resources: [step], pending: [] })).to.deep.equal(["staging-ak_media", "pg"]);
        expect(rememberedVolumes({ resources: [], pending: [] })).to.deep.equal([]);
    });

    it("of one host's volumes is that they stay, once the stack is on a Swarm", () => {
        const inputs = {
            input: { memory: { '"staging-"': "", "media staging-ak_media": "made", "postgres pg": "on a Swarm" } },
        };
        const step = { urn: "urn:pulumi:dev::p::pulumi:index:Stash::prefix", type: "pulumi:index:Stash", inputs };
        const volume = {
            urn: "urn:pulumi:dev::p::docker:index/volume:Volume::x-socket",
            type: "docker:index/volume:Volume",
        };
        const network = {
            urn: "urn:pulumi:dev::p::docker:index/network:Network::db",
            type: "docker:index/network:Network",
        };
        const resources = [step, volume, network];
        expect(leaveVolumes({ resources })).to.equal(true);
        expect(resources).to.deep.equal([step, { ...volume, retainOnDelete: true }, network]);
        expect(inputs.input.memory).to.deep.equal({
            ...{ '"staging-"': "", "media staging-ak_media": "", "postgres pg": "on a Swarm" },
        });
        expect(leaveVolumes({ resources: [step, network] }), "which it does once").to.equal(false);
        expect(leaveVolumes({ resources: [] })).to.equal(false);
    });

    it("is all there, also what was stopped and what is no object of Docker's", async () => {
        expect(await isLost(...known, "random:index/randomPassword:RandomPassword none")).to.equal(false);
    });

    for (const gone of ["container:Container c2", "network:Network n2", "volume:Volume v2"]) {
        it(`is not all there without a ${gone}`, async () => {
            expect(await isLost(...known, gone)).to.equal(true);
        });
    }
});
