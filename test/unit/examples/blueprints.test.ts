import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blueprintProblem, ownBlueprintChecks } from "../../../authentik/blueprints/own";
import { modelReleases } from "../../../authentik/models";
import { problemsOf } from "../../support/schemas/written";

const root = join(__dirname, "../../..");
const folder = join(root, "examples/blueprints");
const page = readFileSync(join(root, "docs/blueprints.md"), "utf8");
const examples = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));

/** What a blueprint reads by a tag, in the order of its text. */
function readsBy(tag: string, text: string): string[] {
    return [...text.matchAll(new RegExp(`${tag} \\[?([\\w/]+)`, "g"))].map(([, name = ""]) => name);
}

describe("the examples of blueprints", () => {
    for (const { name, text } of examples) {
        it(`${name} is a blueprint whose objects the API is asked for`, () => {
            expect(blueprintProblem(text)).to.equal(undefined);
            expect(ownBlueprintChecks(name, text, "http://authentik-server:9000")).to.not.be.empty;
        });

        for (const version of modelReleases)
            it(`${name} can be written in ${version}`, () => {
                expect(problemsOf(text, version)).to.deep.equal([]);
            });

        it(`${name} says at its head what it reads, and has no secret in it`, () => {
            const head = text.slice(0, text.indexOf("version: 1"));
            for (const variable of readsBy("!Env", text)) expect(head).to.contain(variable);
            for (const path of readsBy("!File", text)) {
                expect(path).to.match(/^\/run\/secrets\/blueprints\/\w+$/);
                expect(head).to.contain(`secret \`${path.split("/").at(-1)}\``);
            }
            expect(text).to.not.match(/^\s+(consumer_secret|bind_password|token): (?!!File)/m);
        });

        it(`${name} is explained in docs/blueprints.md, with what it reads`, () => {
            const row = page.split("\n").find((line) => line.includes(`examples/blueprints/${name})`)) ?? "";

            for (const variable of readsBy("!Env", text)) expect(row).to.contain(`\`${variable}\``);
            for (const path of readsBy("!File", text)) expect(row).to.contain(`\`${path.split("/").at(-1)}\``);
        });
    }

    it("finds a planted mistake", () => {
        const [first] = examples.filter(({ name }) => name === "google.yaml");
        const planted = first?.text.replace("consumer_key:", "client_id:") ?? "";

        expect(problemsOf(planted, "2025.8.4")).to.have.length(1);
    });
});
