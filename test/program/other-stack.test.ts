import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { officialImages } from "../../authentik/images";
import { loadConfig } from "../../config/load";
import { connectPostgres } from "../../components/postgres";
import { connectRedis } from "../../components/redis";
import { devWith } from "../support/configuration";
import { container, environmentOf, namesOf, one } from "../support/find";
import { contentOf, filesOf } from "../support/files";
import { runProgram, runUnderMocks, type Surroundings } from "../support/mocks";
import type { Registered } from "../support/recording";
import { valueOf } from "../support/outputs";
import { context, threeNetworks } from "../support/surroundings";
import { onEach } from "../support/runtimes";

const name = "organization/authentik-stack/prod";
const place = { host: "postgres", port: 5432 };

/** Outputs as another stack of this program leaves them, with secrets made anew for each run. */
function otherStack(): Record<string, unknown> {
    return {
        url: "https://auth.example.com",
        databases: {
            paperless: { ...place, database: "paperless", user: "paperless", password: pulumi.secret("not-ours") },
            staging: { ...place, database: "staging", user: "staging", password: pulumi.secret("Other-pg") },
        },
        redis: {
            staging: { host: "redis", port: 6379, index: 5, user: "staging", password: pulumi.secret("Other-redis") },
        },
    };
}

function surroundings(consumer = "staging"): Surroundings {
    const stack = { name, consumer };
    const changes = { "postgres.stack": stack, "redis.stack": stack, consumers: undefined };
    return { configuration: devWith(changes), stacks: { [name]: otherStack() } };
}

onEach("the program on another stack's databases", () => {
    let resources: Registered[];
    let server: Registered;
    before(async () => {
        ({ resources } = await runProgram(surroundings()));
        server = container(resources, "authentik-server");
    });

    it("makes neither, and reads the other stack's outputs", () => {
        expect(namesOf(resources, "container")).to.deep.equal([
            "authentik-server",
            "authentik-worker",
            "authentik-ak-outpost-organizr",
            "authentik-ak-outpost-cwad",
            "authentik-backups-container",
        ]);
        expect(one(resources, "reference", "authentik-postgres-stack").inputs.name).to.equal(name);
    });

    it("connects as the consumer that it is there, to the database and the Redis database set aside for it", async () => {
        expect(environmentOf(server)).to.include({
            AUTHENTIK_POSTGRESQL__HOST: "postgres",
            AUTHENTIK_POSTGRESQL__PORT: "5432",
            AUTHENTIK_POSTGRESQL__NAME: "staging",
            AUTHENTIK_POSTGRESQL__USER: "staging",
            AUTHENTIK_REDIS__HOST: "redis",
            AUTHENTIK_REDIS__USERNAME: "staging",
            AUTHENTIK_REDIS__DB: "5",
        });
        const content = (variable: string) => {
            const path = environmentOf(server)[variable]?.slice("file://".length);
            return contentOf(resources, "authentik-server", path);
        };
        expect(await content("AUTHENTIK_POSTGRESQL__PASSWORD")).to.equal("Other-pg");
        expect(await content("AUTHENTIK_REDIS__PASSWORD")).to.equal("Other-redis");
    });

    it("keeps secret what is secret there, and nothing else", async () => {
        expect(server.secretInputs).to.deep.equal([]);
        expect(JSON.stringify(server.inputs)).to.not.match(/Other-/);
        expect((await filesOf(resources, "authentik-server")).map(({ content }) => content)).to.include.members([
            "Other-pg",
            "Other-redis",
        ]);
    });

    for (const [what, connect] of [
        ["PostgreSQL", connectPostgres],
        ["Redis", connectRedis],
    ] as const) {
        it(`says what to do when the other stack's ${what} has no such consumer`, async () => {
            const make = async () => {
                const shared = context();
                const networks = threeNetworks(shared);
                const data = connect(
                    "data",
                    { config: loadConfig(), images: officialImages("2025.8.4"), networks, context: shared },
                    {},
                );
                const outcome = await valueOf(data?.connection.host).then(String, (error: Error) => error.message);
                return { outcome };
            };

            const { result } = await runUnderMocks(make, surroundings("nobody"));

            expect(result.outcome).to.equal(
                `stack ${name} has no consumer nobody; add it to its \`consumers\` and update it first`,
            );
        });
    }
});
