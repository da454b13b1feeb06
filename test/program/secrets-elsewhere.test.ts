import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { devWith } from "../support/configuration";
import { namesOf } from "../support/find";
import { filesOf } from "../support/files";
import { runProgram } from "../support/mocks";
import { onEach } from "../support/runtimes";

const vault = "organization/vault/prod";
const from = (output: string) => ({ stack: vault, output });
const secrets = { "outpost/ak-outpost-cwad": from("outposts.cwad"), "secret-key": from("key") };

/** Outputs as the other stack leaves them, with secrets made anew for each run. */
const outputs = () => ({ outposts: pulumi.secret({ cwad: "theirs-for-cwad" }), key: pulumi.secret("theirs-as-key") });

onEach("secrets that another stack has", () => {
    it("are read from its outputs, kept secret, and not generated", async () => {
        const { resources } = await runProgram({
            configuration: devWith({ secrets }),
            stacks: { [vault]: outputs() },
        });

        const references = namesOf(resources, "reference");
        expect(references, "one for the stack").to.deep.equal(["authentik-secrets-of-organization-vault-prod"]);
        const generated = namesOf(resources, "password");
        expect(generated).to.not.include("authentik-secret-key");
        expect(generated).to.not.include("authentik-outpost-ak-outpost-cwad");
        expect((await filesOf(resources, "authentik-ak-outpost-cwad"))[0]?.content).to.equal("theirs-for-cwad");
        expect(JSON.stringify(resources.map(({ inputs }) => inputs))).to.not.contain("theirs-");
        const files = await filesOf(resources, "authentik-server");
        expect(files.map(({ content }) => content)).to.include("theirs-as-key");
    });

    for (const [wrong, [output, told]] of Object.entries({
        "that is not there": ["outposts.wiki", "does not exist; export it there"],
        "in plain text": ["plain", "is not secret there"],
        "of another form": ["short", "must be at least 8 printable characters"],
    } satisfies Record<string, [string, string]>)) {
        it(`are refused where the output is one ${wrong}`, async () => {
            const stacks = { [vault]: { ...outputs(), plain: "in-clear-in-clear", short: pulumi.secret("short") } };
            const configuration = devWith({ secrets: { "secret-key": from(output) } });

            const failure = await failureOf(runProgram({ configuration, stacks }));

            expect(failure).to.contain(
                `the output ${output} of the stack ${vault}, configured as the secret secret-key`,
            );
            expect(failure)
                .to.contain(told)
                .and.not.match(/in-clear-in-clear/);
        });
    }
});

async function failureOf(run: Promise<unknown>): Promise<string> {
    return await run.then(
        () => "it did not fail",
        (error: unknown) => String(error),
    );
}
