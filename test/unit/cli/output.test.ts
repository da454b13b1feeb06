import { expect } from "chai";
import { createdStack, takeStack } from "../../../cli/main";
import { Interrupted, seconds, Steps } from "../../../cli/progress";
import { isKept, keptText } from "../../../cli/stack/down";
import { rehearsalText, runningText } from "../../../cli/stack/summary";
import { describeChanges } from "../../../cli/stack/up";

describe("what the tools print", () => {
    it("numbers steps, with notes, result and seconds", async () => {
        const lines: string[] = [];
        const steps = new Steps(2, (line) => lines.push(line));

        await steps.run(
            "Docker",
            (note) => Promise.resolve(note("found")),
            () => "version 1",
        );

        expect(lines.slice(0, 2)).to.deep.equal(["[1/2] Docker", "      found"]);
        expect(lines.slice(2).join()).to.match(/^ {6}version 1 \(\d+\.\d s\)$/);
    });

    it("names the step that failed", async () => {
        const lines: string[] = [];
        const failing = new Steps(2, (line) => lines.push(line)).run(
            "Docker",
            () => Promise.reject(new Error("no")),
            () => "",
        );

        expect(await failing.catch((error: Error) => error.message)).to.equal("no");
        expect(lines.at(-1)).to.match(/^\nStep 1 of 2, Docker, failed after \d+\.\d s\.$/);
    });

    it("tells an interrupted step from a failed one", async () => {
        const lines: string[] = [];
        const steps = new Steps(1, (line) => lines.push(line));

        await steps.run("Stack", () => Promise.reject(new Interrupted()), String).catch(() => undefined);

        expect(lines.at(-1)).to.match(/^\nStep 1 of 1, Stack, was interrupted after \d+\.\d s\.$/);
    });

    it("writes times for people", () => {
        expect([400, 12_300, 119_700, 125_000].map(seconds)).to.deep.equal([
            "0.4 s",
            "12 s",
            "2 min 00 s",
            "2 min 05 s",
        ]);
    });

    it("says what changed, or that nothing did", () => {
        expect(describeChanges({ changes: { same: 31 } })).to.equal("nothing to do: unchanged 31");
        expect(describeChanges({ changes: { create: 2, replace: 1, same: 3 } })).to.equal(
            "created 2, replaced 1, unchanged 3",
        );
    });

    it("ends with where to sign in and a command for the password", () => {
        const text = runningText(
            {
                url: "http://localhost:9000",
                admin: { username: "akadmin" },
                outposts: { "ak-outpost-organizr": { token: "", addresses: {}, applications: ["organizr"] } },
                applications: {
                    organizr: { url: "http://organizr.localhost:9080" },
                    wiki: { url: "http://wiki.localhost:3000" },
                    nas: { url: "" },
                },
            },
            "dev",
        );

        expect(text).to.include("http://localhost:9000");
        expect(text).to.include("akadmin");
        expect(text).to.include("npm run --silent output -- admin.password --stack dev");
        expect(text).to.match(/ak-outpost-organizr +http:\/\/organizr\.localhost:9080 \(organizr\)/);
        expect(text).to.match(/Application +http:\/\/wiki\.localhost:3000 \(wiki\)/);
        expect(text.match(/organizr\)|nas/g)).to.deep.equal(["organizr)"]);
        expect(text).to.not.include("root.crt");
    });

    it("offers no link that signs in where there is nobody to sign in to", () => {
        const shown = { url: "http://localhost:9000", admin: { username: "akadmin" }, outposts: {}, applications: {} };
        expect(runningText(shown, "dev")).to.include("npm run --silent open");
        expect(runningText(shown, "rehearsal", false)).to.not.include("npm run --silent open");
    });

    it("says which certificate browsers have to trust, where a gateway made its own", () => {
        const shown = { admin: { username: "akadmin" }, outposts: {}, applications: {} };
        const text = runningText({ ...shown, url: "https://authentik.localhost:8443", rootCertificate: "PEM" }, "dev");

        expect(text).to.match(/Sign in at +https:\/\/authentik\.localhost:8443\n +Trust +out\/dev\/root\.crt/);
        expect(text).to.include("docs/front-door.md#trust");
    });

    it("makes clear that it is a rehearsal", () => {
        const text = rehearsalText("no registry");
        expect(text).to.include("REHEARSAL").and.to.include("NOBODY CAN SIGN IN").and.to.include("Why: no registry.");
        expect(new Set(text.split("\n").map((line) => line.length)).size).to.equal(1);
    });

    it("keeps data and the passwords that belong to it", () => {
        const urn = (type: string, name: string) => `urn:pulumi:dev::authentik-stack::${type}::${name}`;
        const kept = (type: string, name = "any") => isKept({ type, urn: urn(type, name) });
        expect(kept("docker:index/volume:Volume")).to.equal(true);
        expect(kept("random:index/randomPassword:RandomPassword")).to.equal(true);
        expect(kept("docker:index/container:Container")).to.equal(false);
        expect(kept("pulumi:index:Stash", "authentik-serving-proven")).to.equal(false);
        expect(kept("pulumi:index:Stash", "prefix"), "what the data are called").to.equal(true);
        expect(keptText("dev", ["pg_data", "ak_media"])).to.include("docker volume rm pg_data ak_media");
        expect(keptText("dev", ["pg_data"])).to.not.include("node");
    });

    it("says which node of a Swarm has the data", () => {
        expect(keptText("dev", ["pg_data"], "authentik-stack.data=true")).to.match(
            /Kept, on the node with the data \(label authentik-stack\.data=true\), .*:\n {4}pg_data\n[^]*rm pg_data {3}# on that node/,
        );
    });

    it("takes the stack out of a command line", () => {
        expect(takeStack(["admin.password", "--stack", "dev", "--json"])).to.deep.equal({
            stack: "dev",
            rest: ["admin.password", "--json"],
        });
        expect(takeStack(["url"])).to.deep.equal({ rest: ["url"] });
        expect(() => takeStack(["-s"])).to.throw("needs the name of a stack");
    });

    for (const written of [["--stack=prod"], ["-s=prod"], ["-sprod"], ["-s", "prod"], ["-s", "dev", "--stack", "prod"]])
        it(`takes the stack that the Pulumi CLI would read in ${written.join(" ")}`, () => {
            expect(takeStack(["destroy", ...written, "--yes"])).to.deep.equal({
                stack: "prod",
                rest: ["destroy", "--yes"],
            });
        });

    it("leaves what only looks like a stack, and what follows `--`, as it is", () => {
        const line = ["stack", "output", "--show-secrets", "--stack-trace", "--", "--stack=prod", "-s"];
        expect(takeStack(line)).to.deep.equal({ rest: line });
        expect(takeStack(["up", "-yrs", "prod"])).to.deep.equal({ stack: "prod", rest: ["up", "-yr"] });
        expect(takeStack(["import", "-fstate.json"])).to.deep.equal({ rest: ["import", "-fstate.json"] });
        for (const wrong of [["--stack="], ["-s="], ["-ys"], ["--stack", "--", "prod"]])
            expect(() => takeStack(wrong)).to.throw("needs the name of a stack");
    });

    it("knows the stack that is created, and drops no option of that", () => {
        const created = (...args: string[]) => createdStack(takeStack(args));
        expect(created("stack", "init", "prod")).to.equal("prod");
        expect(created("stack", "init", "--stack=prod")).to.equal("prod");
        expect(created("stack", "ls")).to.equal(undefined);
        expect(() => created("stack", "init")).to.throw("takes the name of a stack");
        expect(() => created("stack", "init", "prod", "--secrets-provider", "awskms://x")).to.throw(
            "so not --secrets-provider awskms://x",
        );
        expect(() => created("stack", "init", "--no-select", "prod")).to.throw("so not --no-select prod");
    });
});
