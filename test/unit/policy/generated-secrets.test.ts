import { expect } from "chai";
import { generatedSecrets } from "../../../policy/rules/secrets";
import { resourceOf, stackViolations, withUnknown } from "./validate";

const result = "Xk29sLq0vW7dPz41";
const password = { type: "random:index/randomPassword:RandomPassword", name: "admin-password", props: { result } };
const inFile = { uploads: [{ file: "/run/secrets/password", content: result }] };
const base64 = Buffer.from(`user:${result}@`).toString("base64");

describe("the policy generated-secrets", () => {
    it("passes a stack whose secrets are in files", async () => {
        const server = { name: "server", props: { envs: ["PASSWORD=file:///run/secrets/password"], ...inFile } };
        expect(await stackViolations(generatedSecrets, [password, server])).to.deep.equal([]);
    });

    for (const [place, props] of Object.entries({
        "environment variable A": { envs: [`A=${result}`] },
        "environment variable B": { envs: [`B=${base64}`] },
        command: { command: ["serve", `--x=${result}`] },
        entrypoint: { entrypoints: ["serve", result] },
        "label l": { labels: [{ label: "l", value: result }] },
        "health check": { healthcheck: { tests: ["CMD", "check", result] } },
    }))
        it(`fails a secret that is shown, and tells which and where: ${place}`, async () => {
            const found = await stackViolations(generatedSecrets, [password, { name: "worker", props }]);
            expect(found).to.deep.equal([
                `worker: Its ${place} shows the secret admin-password. Deliver it as a file.`,
            ]);
        });

    it("fails a secret file of another container that is shown", async () => {
        const found = await stackViolations(generatedSecrets, [
            { name: "server", props: inFile },
            { name: "worker", props: { envs: [`A=${result}`] } },
        ]);
        expect(found).to.deep.equal([
            "worker: Its environment variable A shows a secret file of server. Deliver it as a file.",
        ]);
    });

    it("fails what is made from a secret that is still to be generated", async () => {
        const pending = { ...password, props: withUnknown({ result: "" }, "result") };
        const worker = {
            name: "worker",
            props: { envs: withUnknown(["A=a", "B=b"], 1) },
            madeFrom: { envs: [resourceOf(pending)] },
        };
        expect(await stackViolations(generatedSecrets, [pending, worker])).to.deep.equal([
            "worker: Its envs will show the secret admin-password, from which it is derived. Deliver it as a file.",
        ]);
    });

    it("passes the digest of its files that a container of this project shows, and no other container's label", async () => {
        const pending = { ...password, props: withUnknown({ result: "" }, "result") };
        const labels = [withUnknown({ label: "digest", value: "" }, "value")];
        const madeFrom = { labels: [resourceOf(pending)] };
        const worker = { name: "worker", component: "Worker", props: { labels }, madeFrom };
        const wiki = { name: "wiki", props: { labels }, madeFrom };
        expect(await stackViolations(generatedSecrets, [pending, worker, wiki])).to.deep.equal([
            "wiki: Its labels will show the secret admin-password, from which it is derived. Deliver it as a file.",
        ]);
    });

    it("fails a service whose setting is made from a secret that is still to be generated", async () => {
        const pending = { ...password, props: withUnknown({ result: "" }, "result") };
        const containerSpec = { image: "redis:7", env: withUnknown({ A: "a", B: "b" }, "B") };
        const worker = {
            type: "docker:index/service:Service",
            name: "worker",
            props: { taskSpec: { containerSpec } },
            madeFrom: { taskSpec: [resourceOf(pending)] },
        };
        expect(await stackViolations(generatedSecrets, [pending, worker])).to.deep.equal([
            "worker: Its envs will show the secret admin-password, from which it is derived. Deliver it as a file.",
        ]);
    });

    it("passes what is made from a secret, when the value turns out to be none", async () => {
        const worker = {
            name: "worker",
            props: { envs: ["PASSWORD_FILE=/run/secrets/password"] },
            madeFrom: { envs: [resourceOf(password)] },
        };
        expect(await stackViolations(generatedSecrets, [password, worker])).to.deep.equal([]);
    });
});
