import { expect } from "chai";
import { devConfiguration, devPorts, type Ports } from "../support/dev";
import { containers, networks } from "../support/host";
import { findLeaks, secretValues } from "../support/leaks";
import { sharedStack, type SharedStack } from "../support/shared-stack";
import { StackUnderTest } from "../support/stack-under-test";
import { expectServing } from "../support/visit";

describe("two environments on one host", () => {
    let dev: SharedStack;
    let staging: StackUnderTest;
    let ports: Ports;

    before(async () => {
        dev = await sharedStack();
        ports = await devPorts();
        const configuration = devConfiguration("it-staging-", ports, dev.stack.bench.images);
        staging = await StackUnderTest.open("it-staging-", configuration);
    });
    after(() => staging.close());

    it("run side by side, and both serve", async () => {
        const before = await containers(dev.stack.prefix);
        await staging.up();
        await expectServing(ports);
        await expectServing(dev.ports);
        expect(await containers(dev.stack.prefix)).to.have.deep.members(before);
    });

    it("share no secret", async () => {
        const ours = await secretValues(dev.stack.opened.stack);
        const theirs = await secretValues(staging.opened.stack);
        expect(theirs.size).to.equal(ours.size);
        expect(findLeaks([...theirs.values()].join("\n"), ours)).to.deep.equal([]);
    });

    it("are neither of them changed by an update of the other", async () => {
        expect((await dev.stack.up({ refresh: true })).changes).to.deep.equal([]);
        expect((await staging.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("keep their names: another prefix would leave the data behind", async () => {
        staging.configure(devConfiguration("it-other-", await devPorts(), dev.stack.bench.images));
        const before = await containers(staging.prefix);
        const { record } = await staging.failingUp();
        expect(record.errors).to.contain('prefix = "it-other-" cannot change from "it-staging-"');
        expect(await containers(staging.prefix)).to.deep.equal(before);
        expect([...(await containers("it-other-")), ...(await networks("it-other-"))]).to.deep.equal([]);
        staging.configure(devConfiguration(staging.prefix, ports, dev.stack.bench.images));
        expect((await staging.up()).changes).to.deep.equal([]);
    });

    it("can be taken down separately", async () => {
        await dev.stack.down();
        expect(await containers(dev.stack.prefix)).to.deep.equal([]);
        await expectServing(ports);
        await dev.stack.up();
        await staging.down();
        expect(await containers(staging.prefix)).to.deep.equal([]);
        expect(await networks(staging.prefix)).to.deep.equal([]);
        await expectServing(dev.ports);
    });
});
