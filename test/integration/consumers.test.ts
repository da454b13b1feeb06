import { expect } from "chai";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { AuthentikOutputs } from "../../components/outputs";
import { authentikStack, copyProject } from "../support/project-copy";
import { argumentsOf, commands, runBy } from "../support/tutorial";
import { devConfiguration } from "./support/dev";
import { type Example, type ExampleChanges, openExample } from "./support/example";
import { container, docker } from "./support/host";
import { Operation } from "./support/operation";
import { StackUnderTest } from "./support/stack-under-test";
import { openBench } from "./support/workplace";

const prefix = "it-consumers-";
const authentik = "organization/authentik-stack/it-consumers";

/** Programs of other stacks, against an authentik that runs. */
describe("stacks that sign in at this one", () => {
    let stack: StackUnderTest;
    let outputs: AuthentikOutputs;
    before(async () => {
        const { images } = await openBench();
        const configuration = {
            ...devConfiguration(prefix, { server: 19_400, organizr: 19_401, cwad: 19_402 }, images),
            consumers: [{ name: "paperless", redisIndex: 2 }, { name: "wiki" }],
            outposts: [],
            applications: [
                client("paperless", { preset: "paperless" }),
                client("mealie", { preset: "mealie" }),
                client("wiki", { redirectUris: ["http://wiki.localhost:3000/login/callback"] }),
            ],
        };
        stack = await StackUnderTest.open(prefix, configuration);
        await stack.up();
        const all = Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]);
        outputs = Object.fromEntries(all) as AuthentikOutputs;
    });
    after(() => stack.close());

    describe("examples/paperless", () => {
        let example: Example;
        let id: string;
        before(async () => {
            example = await openHere("paperless");
            await example.open.stack.up(example.open.options);
            ({ id } = await container(`${prefix}paperless`));
        });

        it("gets its client, with the secret in a file", async () => {
            const { oidc } = outputs.applications["paperless"] ?? {};
            const providers = await inside("cat $PAPERLESS_SOCIALACCOUNT_PROVIDERS_FILE");
            const told = JSON.parse(providers) as { openid_connect: { APPS: object[] } };
            expect(told.openid_connect.APPS[0]).to.deep.include({
                client_id: "paperless",
                secret: oidc?.clientSecret,
                settings: { server_url: oidc?.discovery },
            });
            expect(oidc?.clientSecret).to.match(/^\w{50}$/);
            expect(await inside("echo $PAPERLESS_URL")).to.equal("http://paperless.localhost:8000");
        });

        it("gets into its database", async () => {
            const sql = "SELECT current_user || ' in ' || current_database()";
            const login = "-h $PAPERLESS_DBHOST -p $PAPERLESS_DBPORT -U $PAPERLESS_DBUSER -d $PAPERLESS_DBNAME";
            const psql = `PGPASSWORD=$(cat $PAPERLESS_DBPASS_FILE) psql -At ${login} -c "${sql}"`;
            expect(await inside(psql)).to.equal("paperless in paperless");
        });

        it("gets into its Redis database", async () => {
            const redis = 'redis-cli --no-auth-warning -u "$(cat $PAPERLESS_REDIS_FILE)"';
            expect(await inside(`${redis} CLIENT INFO`)).to.match(/ db=2 .* user=paperless /);
        });

        it("shows no secret in its state, its outputs or its container", async () => {
            const shown = {
                export: await example.pulumi("stack", "export"),
                outputs: await example.pulumi("stack", "output", "--json"),
                container: await docker("inspect", "--format", "{{json .Config}}", id),
            };
            const secrets = [
                outputs.applications["paperless"]?.oidc?.clientSecret,
                outputs.databases["paperless"]?.password,
                outputs.redis["paperless"]?.password,
                // What else the other stack holds comes along with the reference.
                outputs.applications["mealie"]?.oidc?.clientSecret,
                outputs.databases["wiki"]?.password,
                outputs.apiToken,
                outputs.admin.password,
            ];
            for (const secret of secrets) {
                expect(secret).to.match(/^\w{50}$/);
                for (const [place, text] of Object.entries(shown)) expect(text, place).to.not.contain(secret);
            }
            expect(JSON.parse(shown.outputs)).to.deep.include({
                clientId: "paperless",
                url: "http://paperless.localhost:8000",
            });
            expect(shown.container, "what is plain is readable").to.contain(`PAPERLESS_DBHOST=${prefix}postgres`);
        });

        /** What a command inside the consumer's container prints. */
        async function inside(command: string): Promise<string> {
            return await docker("exec", "--user", "0", id, "sh", "-c", command);
        }
    });

    for (const name of ["mealie", "wiki"])
        it(`examples/${name} can be previewed, with nothing but its secrets hidden`, async () => {
            const example = await openHere(name);
            const preview = await example.pulumi("preview", "--diff");
            expect(preview).to.contain(`+ docker:index/container:Container: (create)`);
            expect(preview).to.match(name === "wiki" ? /DB_USER=wiki/ : /OIDC_CLIENT_ID=mealie/);
            const { clientSecret = "" } = outputs.applications[name]?.oidc ?? {};
            expect(preview).to.not.contain(clientSecret);
        });

    it("docs/tutorial.md brings up, shows and backs up a stack, and previews Paperless with it", async () => {
        const copy = join(stack.bench.folder, "tutorial");
        copyProject(copy, ["test", "docs"]);
        const { stack: opened, workplace } = stack.opened;
        const [source, file] = [opened.workspace.workDir, `Pulumi.${opened.name}.yaml`];
        copyFileSync(join(source, file), join(copy, file));
        const env = { ...workplace.backend.env, DOCKER_HOST: workplace.docker?.host ?? "" };
        const printed: Record<string, string> = {};
        for (const command of commands.filter(runBy.stack)) {
            const asked = argumentsOf(command).map((word) =>
                word.replace(/^prod$/, opened.name).replace(/\/prod$/, `/${opened.name}`),
            );
            // Nobody is there who agrees to an update.
            const args = asked.includes("--cwd") && asked.at(-1) === "up" ? [...asked.slice(0, -1), "preview"] : asked;
            const { code, stdout, stderr } = await authentikStack(copy, args, env);
            // A stand-in signs nobody in, and its PostgreSQL's connections and the like are what they are.
            const expected = args[0] === "open" ? [1] : args[0] === "status" ? [0, 2] : [0];
            expect(expected, `${command}: ${stderr}`).to.include(code);
            printed[command] = stdout;
        }
        expect(printed["npm run --silent output -- admin.password --stack prod"]?.trim()).to.equal(
            outputs.admin.password,
        );
        expect(printed["npm run backup -- --stack prod"]).to.contain("saved ");
        expect(printed["npm run --silent pulumi -- stack export --show-secrets --stack prod > state.json"]).to.contain(
            "authentik-secret-key",
        );
    });

    it("a client that does not exist is refused, with the stack, the clients that exist and what to do", async () => {
        const example = await openHere("paperless", {
            program: (text) => text.replace('oidcClient(authentik, "paperless")', 'oidcClient(authentik, "papierlos")'),
        });
        const record = new Operation();
        const options = { ...example.open.options, onEvent: record.onEvent };
        await example.open.stack.preview(options).catch(() => undefined);
        expect(record.errors).to.contain(
            `the stack ${authentik} has no papierlos among its applications (there are mealie, paperless, wiki); ` +
                "add it to `applications`, with a provider of type oidc, in its configuration, and run `pulumi up` there",
        );
        expect(record.errors).to.not.match(/\n\s+at /);
    });

    it("a stack without outputs is named, with what has to be done", async () => {
        const { stack: example, options } = (
            await openHere("mealie", { settings: { authentik: "organization/mealie/dev" } })
        ).open;
        const record = new Operation();
        await example.preview({ ...options, onEvent: record.onEvent }).catch(() => undefined);
        expect(record.errors).to.contain("the stack organization/mealie/dev has no output applications; it has to be");
    });

    /** A stack of an example that reads this one. */
    function openHere(name: string, changes: ExampleChanges = {}): Promise<Example> {
        const { bench } = stack;
        const settings = { authentik, image: bench.images.app, name: `${prefix}${name}`, ...changes.settings };
        return openExample(stack, name, { ...changes, settings });
    }
});

function client(slug: string, provider: object): object {
    return { slug, name: slug, launchUrl: `http://${slug}.localhost:8000`, provider: { type: "oidc", ...provider } };
}
