import { expect } from "chai";
import { join } from "node:path";
import { engineReason } from "../../../engine/connection";
import { type RegistryAuth, registryCredentials, registryOf } from "../../../engine/registry";
import { emptyHome } from "../../support/home";

describe("the credentials of a registry", () => {
    const home = emptyHome();
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const ask = (image: string, entries: RegistryAuth[] = [], environment: NodeJS.ProcessEnv = {}) =>
        registryCredentials(image, entries, {
            HOME: home.folder,
            PATH: `${home.folder}:${process.env.PATH ?? ""}`,
            ...environment,
        });

    it("are those of the registry that the image's name begins with", () => {
        expect(registryOf("redis:7")).to.equal("docker.io");
        expect(registryOf("goauthentik/server:2025.8")).to.equal("docker.io");
        expect(registryOf("ghcr.io/goauthentik/server")).to.equal("ghcr.io");
        expect(registryOf("localhost/server")).to.equal("localhost");
        expect(registryOf("server:5000/a/b@sha256:1")).to.equal("server:5000");
    });

    it("are none where nobody signed in", async () => {
        expect(await ask("redis")).to.equal(undefined);
        home.write(".docker/config.json", "");
        expect(await ask("redis")).to.equal(undefined);
    });

    it("are what `docker login` wrote, in any form that it has had", async () => {
        home.write(".docker/config.json", {
            auths: {
                "https://index.docker.io/v1/": { auth: base64("hub:pass:word") },
                "https://old.example/v1/": { auth: base64("old:word") },
                "token.example": { auth: base64("me:"), identitytoken: "a token" },
                "plain.example": { username: "plain", password: "word" },
                "empty.example": {},
            },
        });
        const serveraddress = "https://index.docker.io/v1/";
        expect(await ask("redis")).to.deep.equal({ username: "hub", password: "pass:word", serveraddress });
        expect(await ask("old.example/a")).to.include({ username: "old", password: "word" });
        expect(await ask("token.example/a")).to.include({ identitytoken: "a token" });
        expect(await ask("plain.example/a")).to.include({ username: "plain", password: "word" });
        expect(await ask("empty.example/a")).to.equal(undefined);
        expect(await ask("other.example/a")).to.equal(undefined);
    });

    it("are in the folder that DOCKER_CONFIG names, and before that in DOCKER_AUTH_CONFIG", async () => {
        home.write("other/config.json", { auths: { "a.example": { auth: base64("file:word") } } });
        const environment = { DOCKER_CONFIG: join(home.folder, "other") };
        expect(await ask("a.example/b", [], environment)).to.include({ username: "file" });
        const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { "a.example": { auth: base64("env:word") } } });
        expect(await ask("a.example/b", [], { ...environment, DOCKER_AUTH_CONFIG })).to.include({ username: "env" });
    });

    /** A helper that knows two registries, as `docker-credential-...` does. */
    const addHelper = (name: string) =>
        home.write(
            `docker-credential-${name}`,
            `#!/bin/sh
test "$1" = get || exit 9
case $(cat) in
  https://index.docker.io/v1/) echo '{"ServerURL":"x","Username":"${name}","Secret":"word"}' ;;
  token.example) echo '{"ServerURL":"x","Username":"<token>","Secret":"a token"}' ;;
  broken.example) echo '{"Username":"me","Secret":"hunter2"' ;;
  locked.example) echo "the keychain is locked"; exit 1 ;;
  *) echo "credentials not found in native keychain"; exit 1 ;;
esac
`,
            0o700,
        );

    it("are asked of a credential helper, the registry's own before the general one", async () => {
        for (const name of ["general", "special"]) addHelper(name);
        home.write(".docker/config.json", { credsStore: "general", credHelpers: { "token.example": "special" } });
        expect(await ask("redis")).to.include({ username: "general", password: "word" });
        expect(await ask("token.example/a")).to.deep.equal({
            identitytoken: "a token",
            serveraddress: "token.example",
        });
        expect(await ask("unknown.example/a")).to.equal(undefined);
    });

    it("say which helper fails and why, and never show what it gave", async () => {
        addHelper("general");
        home.write(".docker/config.json", { credsStore: "general", credHelpers: { "gone.example": "gone" } });
        expect(await reasonOf(ask("locked.example/a")))
            .to.contain("docker-credential-general")
            .and.contain("is locked");
        expect(await reasonOf(ask("gone.example/a")))
            .to.contain("docker-credential-gone")
            .and.contain("ENOENT");
        const broken = await reasonOf(ask("broken.example/a"));
        expect(broken).to.contain("not JSON").and.not.contain("hunter2");
    });

    it("are those of docker:registryAuth first, under any name of Docker Hub", async () => {
        home.write(".docker/config.json", { auths: { "a.example": { auth: base64("file:word") } } });
        const entries = [
            { address: "https://a.example/v2/", username: "me", password: "mine" },
            { address: "registry-1.docker.io", username: "hub", password: "word" },
        ];
        expect(await ask("a.example/b", entries)).to.include({ username: "me", password: "mine" });
        expect(await ask("redis", entries)).to.include({ username: "hub", password: "word" });
    });

    it("are the provider's other sources: variables, a text, a file, or none", async () => {
        const config = (user: string) => JSON.stringify({ auths: { "a.example": { auth: base64(`${user}:word`) } } });
        const configFile = home.write("login.json", config("file"));
        const entry = { address: "a.example" };
        const variables = { DOCKER_REGISTRY_USER: "variable", DOCKER_REGISTRY_PASS: "word" };
        expect(await ask("a.example/b", [entry], variables)).to.include({ username: "variable", password: "word" });
        const text = { ...entry, configFileContent: config("text"), configFile };
        expect(await ask("a.example/b", [text])).to.include({ username: "text" });
        expect(await ask("a.example/b", [{ ...entry, configFile }])).to.include({ username: "file" });
        expect(await ask("a.example/b", [{ ...entry, configFile: "~/login.json" }])).to.include({ username: "file" });
        expect(await ask("a.example/b", [entry], { DOCKER_CONFIG: configFile })).to.include({ username: "file" });
        expect(await ask("a.example/b", [{ ...text, authDisabled: true }])).to.equal(undefined);
    });

    it("say which file is wrong, and never show its text", async () => {
        const file = home.write(".docker/config.json", '{"auths": hunter2');
        const reason = await reasonOf(ask("redis"));
        expect(reason).to.contain(`${file} is not valid JSON`).and.not.contain("hunter2");
        const missing = await reasonOf(ask("redis", [{ address: "docker.io", configFile: "/gone.json" }]));
        expect(missing).to.contain('configFile = "/gone.json" does not exist');
    });
});

async function reasonOf(work: Promise<unknown>): Promise<string> {
    return await work.then(() => "no failure", engineReason);
}
