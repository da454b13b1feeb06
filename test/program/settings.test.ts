import { expect } from "chai";
import { devWith } from "../support/configuration";
import { container, environmentOf } from "../support/find";
import { contentOf } from "../support/files";
import { runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";
import { onEach } from "../support/runtimes";

const settings = {
    log_level: "debug",
    error_reporting: { enabled: false },
    email: { host: "smtp.example.com", port: 587, use_tls: true },
    listen: { trusted_proxy_cidrs: ["10.0.0.0/8", "fd00::/8"] },
    postgresql: { read_replicas: { "0": { host: "replica" } } },
};
/** As authentik reads them. */
const variables = {
    AUTHENTIK_LOG_LEVEL: "debug",
    AUTHENTIK_ERROR_REPORTING__ENABLED: "false",
    AUTHENTIK_EMAIL__HOST: "smtp.example.com",
    AUTHENTIK_EMAIL__PORT: "587",
    AUTHENTIK_EMAIL__USE_TLS: "true",
    AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS: "10.0.0.0/8,fd00::/8",
    AUTHENTIK_POSTGRESQL__READ_REPLICAS__0__HOST: "replica",
};
const parts = ["authentik-server", "authentik-worker"];

onEach("the program with settings of authentik", () => {
    let resources: Registered[];
    before(async () => {
        ({ resources } = await runProgram({ configuration: devWith({ settings }) }));
    });

    it("hands them to server and worker as authentik reads them", () => {
        for (const name of parts) expect(environmentOf(container(resources, name)), name).to.include(variables);
    });

    it("hands none to the outposts", () => {
        const environment = environmentOf(container(resources, "authentik-ak-outpost-organizr"));

        expect(Object.keys(environment)).to.have.members([
            "AUTHENTIK_HOST",
            "AUTHENTIK_HOST_BROWSER",
            "AUTHENTIK_TOKEN",
            "TMPDIR",
            "HOME",
        ]);
    });

    it("lets a setting go before none of ours", () => {
        expect(environmentOf(container(resources, "authentik-server"))).to.include({
            AUTHENTIK_OUTPOSTS__DISCOVER: "false",
            AUTHENTIK_SECRET_KEY: "file:///run/secrets/secret_key",
            AUTHENTIK_POSTGRESQL__HOST: "postgres",
        });
    });
});

onEach("the program with settings of which one was set as a secret", () => {
    const replicas = { "0": { host: "replica", password: "hunter3-hunter3" } };
    let resources: Registered[];
    before(async () => {
        const email = { ...settings.email, password: "hunter2-hunter2" };
        const configuration = devWith({
            settings: { ...settings, email, postgresql: { read_replicas: replicas } },
        });
        ({ resources } = await runProgram({ configuration, secretKeys: ["settings"] }));
    });

    it("hands over what authentik calls a secret in a file, which the setting names", async () => {
        for (const name of parts) {
            const environment = environmentOf(container(resources, name));
            const content = (variable: string) => {
                const path = environment[variable]?.replace("file://", "");
                return contentOf(resources, name, path);
            };
            expect(await content("AUTHENTIK_EMAIL__PASSWORD"), name).to.equal("hunter2-hunter2");
            expect(await content("AUTHENTIK_POSTGRESQL__READ_REPLICAS__0__PASSWORD"), name).to.equal("hunter3-hunter3");
        }
    });

    it("hands over all others as they are, since the Go half of authentik reads no numbers, switches and lists from files", () => {
        for (const name of parts) expect(environmentOf(container(resources, name)), name).to.include(variables);
    });

    it("shows none of the secret values anywhere else", () => {
        for (const { urn, inputs } of resources) expect(JSON.stringify(inputs), urn).to.not.match(/hunter[23]/);
    });
});
