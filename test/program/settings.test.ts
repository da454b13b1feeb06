import { expect } from "chai";
import { devWith } from "../support/configuration";
import { container, environmentOf } from "../support/find";
import { contentOf } from "../support/files";
import { runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";

const settings = {
    log_level: "debug",
    email: { host: "smtp.example.com", port: 587, use_tls: true, password: "hunter2-hunter2" },
};
const parts = ["authentik-server", "authentik-worker"];

describe("the program with settings of authentik", () => {
    let resources: Registered[];
    before(async () => {
        ({ resources } = await runProgram({ configuration: devWith({ settings }) }));
    });

    it("hands them to server and worker as authentik reads them", () => {
        for (const name of parts)
            expect(environmentOf(container(resources, name)), name).to.include({
                AUTHENTIK_LOG_LEVEL: "debug",
                AUTHENTIK_EMAIL__HOST: "smtp.example.com",
                AUTHENTIK_EMAIL__PORT: "587",
                AUTHENTIK_EMAIL__USE_TLS: "true",
            });
    });

    it("hands none to the outposts", () => {
        const environment = environmentOf(container(resources, "authentik-ak-outpost-organizr"));

        expect(Object.keys(environment)).to.have.members([
            "AUTHENTIK_HOST",
            "AUTHENTIK_HOST_BROWSER",
            "AUTHENTIK_TOKEN",
            "TMPDIR",
        ]);
    });

    it("lets a setting go before a default of ours, but not before a secret", async () => {
        const own = { outposts: { discover: true }, secret_key: "mine", postgresql: { password: "mine" } };
        const run = await runProgram({ configuration: devWith({ settings: own }) });

        expect(environmentOf(container(run.resources, "authentik-server"))).to.include({
            AUTHENTIK_OUTPOSTS__DISCOVER: "true",
            AUTHENTIK_SECRET_KEY: "file:///run/secrets/secret_key",
            AUTHENTIK_POSTGRESQL__PASSWORD: "file:///run/secrets/postgresql_password",
        });
    });
});

describe("the program with settings that were set as a secret", () => {
    let resources: Registered[];
    before(async () => {
        ({ resources } = await runProgram({ configuration: devWith({ settings }), secretKeys: ["settings"] }));
    });

    it("hands each value over in a file, which the setting names", async () => {
        for (const name of parts) {
            const environment = environmentOf(container(resources, name));
            const content = (variable: string) => {
                const path = environment[variable]?.replace("file://", "");
                return contentOf(resources, name, path);
            };
            expect(await content("AUTHENTIK_EMAIL__PASSWORD"), name).to.equal("hunter2-hunter2");
            expect(await content("AUTHENTIK_EMAIL__PORT"), name).to.equal("587");
            expect(await content("AUTHENTIK_LOG_LEVEL"), name).to.equal("debug");
        }
    });

    it("shows none of the values anywhere else", () => {
        for (const { urn, inputs } of resources) {
            expect(JSON.stringify(inputs), urn).to.not.contain("hunter2").and.not.contain("smtp.example.com");
        }
    });
});
