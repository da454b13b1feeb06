import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chooseImages } from "../../cli/images";
import { type ConnectionSettings, DockerConnection, engineReason } from "../../engine/connection";
import { tryDocker } from "./support/host";
import { type PrivateRegistry, startRegistry } from "./support/private-registry";
import { tinyFiles } from "./support/tiny-image";
import { type Bench, openBench } from "./support/workplace";

describe("a registry that asks who one is", () => {
    const user = { name: "puller", password: "hunter2:and more" };
    let bench: Bench;
    let registry: PrivateRegistry;
    const settings = (): ConnectionSettings => ({ host: bench.docker.host });
    const login = () => ({ address: registry.address, username: user.name, password: user.password });
    before(async () => {
        bench = await openBench();
        registry = await startRegistry(await tinyFiles(), user);
    });
    afterEach(() => tryDocker("rmi", "--force", `${registry.image}:1`));
    after(() => registry.close());

    it("refuses anonymous pulls, and the engine says so", async () => {
        const connection = new DockerConnection(settings(), {});
        const reason = await connection.pullIfMissing(`${registry.image}:1`).then(() => "it was pulled", engineReason);
        expect(reason).to.match(/no basic auth credentials|unauthorized|denied/);
    });

    it("hands an image out to docker:registryAuth", async () => {
        const connection = new DockerConnection({ ...settings(), registryAuth: [login()] }, {});
        await connection.pullIfMissing(`${registry.image}:1`);
        expect(await connection.isPresent(`${registry.image}:1`)).to.equal(true);
    });

    it("hands an image out to who signed in with `docker login`", async () => {
        const folder = join(bench.folder, "signed-in");
        mkdirSync(folder);
        const environment = { DOCKER_CONFIG: folder };
        const asked = ["login", "--username", user.name, "--password-stdin", registry.address];
        await new Promise((resolve, reject) => {
            const child = spawn("docker", asked, {
                env: { ...process.env, ...environment },
                stdio: ["pipe", "ignore", "ignore"],
            });
            child.stdin.end(user.password);
            child.once("error", reject);
            child.once("exit", resolve);
        });
        const connection = new DockerConnection(settings(), environment);
        await connection.pullIfMissing(`${registry.image}:1`);
        expect(await connection.isPresent(`${registry.image}:1`)).to.equal(true);
    });

    it("is asked by the command line, which leaves it to the update if only that has the credentials", async () => {
        const images = { server: `${registry.image}:1` };
        const told: string[] = [];
        const choose = (connection: DockerConnection, credentialsLater: boolean) =>
            chooseImages((line) => told.push(line), {
                images,
                connection,
                credentialsLater,
                version: "2025.8.6",
                standIns: "never",
            });
        const anonymous = new DockerConnection(settings(), {});
        expect(await choose(anonymous, false).catch(engineReason)).to.contain("cannot be pulled");
        expect(await choose(anonymous, true)).to.deep.equal({ images });
        expect(told.join("\n")).to.contain("the update tries again, with docker:registryAuth");
        await choose(new DockerConnection({ ...settings(), registryAuth: [login()] }, {}), false);
        expect(await anonymous.isPresent(`${registry.image}:1`)).to.equal(true);
        expect(told.join("\n")).to.not.contain("hunter2");
    });
});
