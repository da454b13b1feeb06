import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { DockerConnection, engineReason } from "../../../engine/connection";
import { imageNow } from "../../../engine/image";
import { Observation } from "../../../engine/observation";
import { startClock } from "../../support/clock";
import { type Listed, startEngine } from "../../support/engine";
import { runUnderMocks } from "../../support/mocks";

const name = "postgres:16-alpine";
const container: Listed = {
    Id: "postgres-id",
    Labels: { "authentik-stack.stack": "authentik-stack/", "authentik-stack.resource": "postgres" },
    Image: name,
    ImageID: "sha256:old",
};
/** As the engine lists a container once its image's name is another one's. */
const moved = { ...container, Image: "sha256:old" };

interface Asked {
    /** Default: false. */
    preview?: boolean;
    /** Default: a name. */
    image?: pulumi.Input<string>;
    /** Images that cannot be had. Default: none. */
    missing?: string[];
}

/** What is known of the image that a workload's image names, what was said, and what the engine was asked for it. */
async function asked(seen: Listed[] | undefined, { preview = false, image = name, missing = [] }: Asked = {}) {
    const engine = await startEngine({ lists: { containers: seen }, missing });
    const clock = startClock();
    let found: { id: string | null; requests: string[] } = { id: null, requests: [] };
    const { info } = console;
    console.info = console.log;
    try {
        const make = async () => {
            const connection = new DockerConnection({ host: engine.host });
            const observation = seen && (await Observation.of(connection, "authentik-stack/"));
            const before = engine.requests.length;
            const declared = { title: "postgres", resource: "postgres", image };
            const connect = () => Promise.resolve(connection);
            const id = await imageNow(declared, connect, observation).catch(engineReason);
            // Not what it returns, which would be the stack's outputs.
            found = { id, requests: engine.requests.slice(before) };
            return {};
        };
        await runUnderMocks(make, { preview });
        return { ...found, told: clock.told.join("\n") };
    } finally {
        console.info = info;
        clock.stop();
        await engine.close();
    }
}

describe("the image that a name stands for", () => {
    for (const preview of [true, false]) {
        describe(preview ? "in a preview" : "in an update", () => {
            it("is the container's own, and nothing is asked, where the engine lists it by that name", async () => {
                for (const State of ["running", "exited"])
                    expect(await asked([{ ...container, State }], { preview })).to.deep.equal({
                        ...{ id: "sha256:old", requests: [], told: "" },
                    });
            });

            it("is asked for where the name is another one's now, and a preview says what that means", async () => {
                const { id, told } = await asked([moved], { preview });
                expect(id).to.equal(name);
                const words =
                    "info: [runtime] postgres will be replaced: postgres:16-alpine is another image on the Docker host than the one it runs";
                expect(told).to.equal(preview ? words : "");
            });

            it("is asked for, without a word, where another name is declared or nothing was made yet", async () => {
                const other = { ...container, Image: "postgres:15-alpine" };
                for (const seen of [[other], []]) {
                    const { id, told } = await asked(seen, { preview });
                    expect({ id, told }).to.deep.equal({ id: name, told: "" });
                }
            });

            it("is not known, and nothing is asked, where nobody looked at what runs", async () => {
                expect(await asked(undefined, { preview })).to.deep.equal({ id: null, requests: [], told: "" });
            });
        });
    }

    it("that the engine does not have is pulled by an update, and not by a preview", async () => {
        const { id, requests } = await asked([moved], { preview: true, missing: [name] });
        expect(id).to.equal(null);
        expect(requests.filter((line) => !line.startsWith("GET "))).to.deep.equal([]);
        expect((await asked([moved], { missing: [name] })).id).to.equal("pull access denied");
    });

    it("that only an update knows is not asked for in a preview", async () => {
        const image = pulumi.output(pulumi.unknown as unknown as string);
        expect((await asked([container], { preview: true, image })).id).to.equal(null);
    });
});
