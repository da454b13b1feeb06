import { expect } from "chai";
import { run } from "../../../cli/run";
import { Browser } from "../../contract/support/browser";
import { gatewayPorts, originOf } from "../support/dev";
import { HubRegistry, user } from "../support/hub-registry";
import { hubRegistry, nodeNames } from "../support/swarm-bed";
import { SwarmStack, tell, timed } from "../support/swarm-stack";
import { get } from "../support/visit";

/** What stands between the Swarm and others: a gateway, a network that is there already, a registry. */
export function edges(at: () => SwarmStack): void {
    const network = `${SwarmStack.prefix}proxy_net`;
    const gateway = { "gateway.addresses": ["0.0.0.0"], "networks.frontend": { name: network, adopt: true } };
    const wiki = () => ({
        slug: "wiki",
        name: "Wiki",
        launchUrl: originOf("wiki", at().ports.server, at().ports),
        provider: { type: "oidc", redirectUris: ["https://wiki.example.com"], upstream: "http://it-wiki:8000" },
    });
    const taskOf = async (service: RegExp) => (await at().tasks()).find((task) => service.test(task.service));

    it("has a gateway on a network that is there already, through which one signs in", async () => {
        const { bed, stack } = at();
        const env = { DOCKER_HOST: bed.node("manager").docker.host };
        await run("docker", ["network", "create", "--driver", "overlay", "--attachable", network], { env });
        // What uses a network keeps it from being deleted.
        await at().leave();
        at().ports = await gatewayPorts();
        at().settled = { ...at().settled, ...gateway };
        at().configure();

        const { seconds } = await timed(() => stack.up());

        tell(`up with a gateway in ${seconds} s`);
        const { server } = at().ports;
        await at().visitFrom("manager");
        await at().expectServing();
        const admin = (await stack.outputs()).admin?.value as { username: string; password: string };
        const browser = new Browser(server, `authentik.localhost:${server}`, true);
        expect((await browser.signIn(admin.username, admin.password)).body).to.contain("xak-flow-redirect");
        expect((await stack.up({ refresh: true })).changes).to.deep.equal([]);
    });

    it("tells what is behind the gateway where a visitor really is", async () => {
        const { bed, ports } = at();
        const name = `authentik.localhost:${ports.server}`;
        const ask = `require("node:https").get({ host: "${bed.addressOf("data")}", port: ${ports.server}, path: "/it-visitor",
            servername: "authentik.localhost", headers: { host: "${name}" }, rejectUnauthorized: false }, (answer) => answer.resume())`;
        await bed.node("spare").inside(process.execPath, "-e", ask);
        const env = { DOCKER_HOST: bed.node("data").docker.host };
        const listed = await run("docker", ["ps", "--quiet", "--filter", "name=authentik-gateway"], { env });
        const log = await run("docker", ["logs", listed.trim()], { env });
        const line = log.split("\n").find((one) => one.includes("/it-visitor")) ?? "";
        expect(line).to.contain(`"client_ip":"${bed.addressOf("spare")}"`);
    });

    it("changes what is behind the gateway, and what it leads to, without a failed request or another gateway", async () => {
        const before = await taskOf(/authentik-gateway/);
        for (const changes of [{ "settings.log_level": "info" }, { "applications[2]": wiki() }]) {
            at().configure(changes);
            const { seconds } = await at().unharmed(() => at().stack.up());
            tell(`${Object.keys(changes).at(-1)} in ${seconds} s`);
        }
        expect(before?.node).to.equal("data");
        expect(await taskOf(/authentik-gateway/)).to.deep.equal(before);
        // It leads there, where nothing runs.
        expect((await get(`${originOf("wiki", at().ports.server, at().ports)}/`)).status).to.equal(502);
        at().configure();
        await at().stack.up();
        const gone = await get(`${originOf("wiki", at().ports.server, at().ports)}/`).then(
            ({ status }) => status,
            () => "refused",
        );
        expect(gone).to.not.equal(502);
    });

    describe("with a registry that asks who one is", () => {
        let registry: HubRegistry;
        before(async () => {
            registry = await HubRegistry.open(at().bed);
        });
        after(() => registry.close());
        afterEach(async () => {
            delete process.env.DOCKER_CONFIG;
            await login(undefined);
        });
        const login = async (password: string | undefined) => {
            const { stack } = at().stack.opened;
            if (password === undefined) return await stack.removeConfig("docker:registryAuth");
            const given = { address: hubRegistry, ...user, password };
            for (const [key, value] of Object.entries(given))
                await stack.setConfig(`docker:registryAuth[0].${key}`, { value, secret: key === "password" }, true);
        };
        const use = (image: string) => at().configure({ "images.proxy": image });
        /** The nodes that have an image, which they pull by its digest. */
        const having = async (image: string) => {
            const ask = async (name: (typeof nodeNames)[number]) => {
                const env = { DOCKER_HOST: at().bed.node(name).docker.host };
                const found = await run("docker", ["image", "ls", "--quiet", "--filter", `label=it=${image}`], { env });
                return found === "" ? [] : [name];
            };
            return (await Promise.all(nodeNames.map(ask))).flat();
        };
        const running = async () => (await at().tasks()).map(({ service }) => service).sort();

        it("says so where nobody signed in, or with a wrong password, and leaves what runs", async () => {
            const image = await registry.push(at().stack.bench.images.proxy, "proxy:1");
            const before = await at().tasks();
            use(image);
            for (const [password, reason] of [
                [undefined, /no basic auth credentials|unauthorized|authentication required/],
                ["wrong", /unauthorized|authentication required/],
            ] as const) {
                if (password !== undefined) await login(password);
                const { record } = await at().stack.failingUp();
                expect(record.errors).to.contain(image).and.match(reason);
            }
            expect(await at().tasks()).to.deep.equal(before);
        });

        it("hands an image out to every node with docker:registryAuth, and with what `docker login` stored", async () => {
            for (const name of ["proxy:2", "proxy:3"]) {
                const image = await registry.push(at().stack.bench.images.proxy, name);
                expect(await having(image)).to.deep.equal([]);
                use(image);
                if (name === "proxy:2") await login(user.password);
                else process.env.DOCKER_CONFIG = registry.signedIn;
                await at().stack.up();
                const tasks = (await at().tasks()).filter(({ service }) => /ak-outpost/.test(service));
                const nodes = [...new Set(tasks.map(({ node }) => node))];
                expect(nodes).to.have.length.greaterThan(1);
                expect(await having(image)).to.include.members(nodes);
                await at().expectServing();
                expect((await at().stack.up({ refresh: true })).changes).to.deep.equal([]);
                await login(undefined);
            }
        });

        it("says why a node gets none that the manager has already", async () => {
            const image = await registry.push(at().stack.bench.images.proxy, "proxy:4", true);
            use(image);
            await login("wrong");
            const before = await running();
            const { record } = await at().stack.failingUp();
            expect(record.errors)
                .to.contain(image)
                .and.match(/unauthorized|authentication required/);
            expect(await running()).to.deep.equal(before);
        });
    });
}
