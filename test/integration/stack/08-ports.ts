import { expect } from "chai";
import { createServer, type Server } from "node:net";
import { containers, docker, type Listed } from "../support/host";
import { freePorts } from "../support/ports";
import { sharedStack, type SharedStack } from "../support/shared-stack";

describe("a port that is in use", () => {
    let shared: SharedStack;
    let port: number;
    let untouched: Listed[];

    before(async () => {
        shared = await sharedStack();
        [port = 0] = await freePorts(1);
        untouched = await containers(shared.stack.prefix);
        shared.stack.configure(shared.configuration({ "gateway.httpPort": port }));
    });
    after(async () => {
        shared.stack.configure(shared.configuration());
        expect((await shared.stack.up()).changes, "nothing has to be mended").to.deep.equal([]);
    });

    describe("by a program", () => {
        let program: Server;
        before((done) => {
            program = createServer().listen(port, "127.0.0.1", done);
        });
        after((done) => {
            program.close(done);
        });

        it("is reported with key and cure before anything is changed", async () => {
            const { errors } = (await shared.stack.failingUp()).record;
            expect(errors).to.contain(`gateway.httpPort = ${port} is in use by a program on the host`);
            expect(errors).to.contain("choose another port, or stop that program");
            expect(await containers(shared.stack.prefix)).to.have.deep.members(untouched);
        });
    });

    describe("by another container", () => {
        const name = "it-squatter";
        before(async () => {
            const { app } = shared.stack.bench.images;
            await docker("run", "--detach", "--name", name, "--publish", `127.0.0.1:${port}:8000`, app);
        });
        after(() => docker("rm", "--force", name));

        it("is reported with the container's name before anything is changed", async () => {
            const { errors } = (await shared.stack.failingUp()).record;
            expect(errors).to.contain(`gateway.httpPort = ${port} is published by the container ${name}`);
            expect(await containers(shared.stack.prefix)).to.have.deep.members(untouched);
        });
    });
});
