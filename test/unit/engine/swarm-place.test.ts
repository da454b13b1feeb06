import { expect } from "chai";
import { nodesWith } from "../../../engine/swarm-place";

const storage = { name: "local", options: { type: "nfs", device: ":/srv/{volume}/of-{volume}" } };
const shared = (source: unknown) => (source === "media" ? "ak_media" : undefined);

describe("the place of a volume on a Swarm", () => {
    it("is any node for one that several may use, with its name in the options of the driver", () => {
        const nodes = nodesWith({ dataNode: "disk=big", storage }, shared);
        const options = { type: "nfs", device: ":/srv/ak_media/of-ak_media" };
        expect(nodes.driverOf("media")).to.deep.equal({ name: "local", options });
        expect(nodes.constraintsOf(["media"])).to.deep.equal([]);
        expect(nodes.constraintsOf([])).to.deep.equal([]);
    });

    it("is the node with the data for every other, and for all where nothing leads to them from elsewhere", () => {
        const nodes = nodesWith({ dataNode: "disk=big", storage }, shared);
        expect(nodes.driverOf("pg_data")).to.equal(undefined);
        expect(nodes.constraintsOf(["media", "pg_data"])).to.deep.equal(["node.labels.disk==big"]);
        expect(nodesWith({ dataNode: "disk=big" }, shared).constraintsOf(["media"])).to.deep.equal([
            "node.labels.disk==big",
        ]);
    });
});
