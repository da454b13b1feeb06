import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { tellAbsence } from "../../../engine/absence";
import { DockerConnection } from "../../../engine/connection";
import { Observation } from "../../../engine/observation";
import { startClock } from "../../support/clock";
import { type Listed, startEngine } from "../../support/engine";
import { runUnderMocks } from "../../support/mocks";

const running: Listed = {
    Id: "server-id",
    Labels: {
        "authentik-stack.stack": "authentik-stack/",
        "authentik-stack.resource": "server",
        "authentik-stack.made-of": "as it is",
    },
    Ports: [{ IP: "127.0.0.1", PrivatePort: 9000, PublicPort: 9000, Type: "tcp" }],
};
const own = { port: 9000, ip: "127.0.0.1", protocol: "tcp" };

/** What a preview says where a container runs, and what it will be made of. */
async function told(
    madeOf: string | undefined,
    ports = [own],
    seen = running,
    image: string | null = null,
): Promise<string> {
    const engine = await startEngine({ lists: { containers: [seen] } });
    const clock = startClock();
    const { warn } = console;
    console.warn = console.log;
    try {
        const make = async () => {
            const observation = await Observation.of(new DockerConnection({ host: engine.host }), "authentik-stack/");
            const later = pulumi.unknown as unknown as string;
            const publishing = { title: "authentik-server", resource: "server", ports, cure: "There is a cure." };
            if (observation !== undefined)
                await tellAbsence(
                    { ...publishing, madeOf: pulumi.output(madeOf ?? later), image: Promise.resolve(image) },
                    observation,
                );
            return {};
        };
        await runUnderMocks(make, { preview: true });
        return clock.told.join("\n");
    } finally {
        console.warn = warn;
        clock.stop();
        await engine.close();
    }
}

describe("a preview, of a container that publishes a port of the host", () => {
    it("says where it will not answer, why, and how it need not be", async () => {
        expect(await told("as it will be")).to.equal(
            "warning: [runtime] authentik-server will be replaced, and will not answer at 127.0.0.1:9000 until the new container is ready: " +
                "it needs that port, so the old one stops first. There is a cure.",
        );
    });

    it("says so as well where it is not known yet what it is made of", async () => {
        expect(await told(undefined)).to.contain("will not answer at 127.0.0.1:9000");
    });

    it("says so as well where its image is another one under the same name", async () => {
        const made = { ...running, ImageID: "sha256:old" };
        expect(await told("as it is", [own], made, "sha256:new")).to.contain("will not answer at 127.0.0.1:9000");
        expect(await told("as it is", [own], made, "sha256:old")).to.equal("");
    });

    it("says nothing where it stays as it is, moves to another port, or does not run", async () => {
        expect(await told("as it is")).to.equal("");
        expect(await told("as it will be", [{ ...own, port: 9001 }])).to.equal("");
        expect(await told("as it will be", [own], { ...running, State: "exited" })).to.equal("");
    });
});
