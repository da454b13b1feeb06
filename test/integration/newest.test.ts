import { expect } from "chai";
import { lastVersions } from "../../authentik/releases";
import { standIns } from "../support/stand-ins";
import { devConfiguration, devPorts } from "./support/dev";
import { containers } from "./support/host";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";

const prefix = "it-n-";
const newest = lastVersions.at(-1) ?? "";

describe("the newest release", () => {
    let stack: StackUnderTest;
    let ports: Awaited<ReturnType<typeof devPorts>>;
    const configure = async (version: string) => {
        const images = await (await standIns()).buildStandInImages(() => undefined, version);
        const changes = { version, consumers: undefined };
        stack.configure(devConfiguration(prefix, ports, images, changes));
    };
    before(async () => {
        ports = await devPorts();
        stack = await StackUnderTest.open(prefix, {});
    });
    after(() => stack.close());

    it("comes up without a Redis, and its front page leads to the login", async () => {
        await configure(newest);
        await stack.up();

        await expectServing(ports);
        expect((await containers(prefix)).filter(({ name }) => name.includes("redis"))).to.deep.equal([]);
        const front = await fetch(`http://127.0.0.1:${ports.server}/`, { redirect: "manual" });
        expect(front.headers.get("location")).to.contain("/flows/");
    });

    it("is not followed by an earlier one, which a preview says already, nor by the database once its containers are gone", async () => {
        const earlier = lastVersions.at(-2) ?? "";
        await configure(earlier);
        const told = `is older than ${newest}, which the database of this stack is of`;

        expect(await stack.failingCommand("preview")).to.contain(told);
        await stack.down();
        const { record } = await stack.failingUp();
        expect(record.errors).to.contain(`version ${earlier} ${told}`);
        expect((await containers(prefix)).filter(({ name }) => name.includes("authentik-server"))).to.deep.equal([]);
    });
});
