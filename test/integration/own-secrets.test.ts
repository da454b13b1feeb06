import { expect } from "chai";
import { listText, nextRotation, readSecrets } from "../../cli/rotation/secrets";
import { devConfiguration, devPorts, type Ports } from "./support/dev";
import { type Door, doorsOf, secretsOf } from "./support/doors";
import { openExample } from "./support/example";
import { StackUnderTest } from "./support/stack-under-test";
import { expectServing } from "./support/visit";
import { openBench } from "./support/workplace";

const prefix = "it-own-";
const key = (name: string) => `authentik-stack:secrets["${name}"]`;

describe("secrets of one's own", () => {
    let stack: StackUnderTest;
    let ports: Ports;
    let doors: Record<string, Door>;
    let generated: Record<string, string>;

    before(async () => {
        ports = await devPorts();
        const { images } = await openBench();
        stack = await StackUnderTest.open(prefix, devConfiguration(prefix, ports, images));
        await stack.up();
        doors = doorsOf(prefix, ports.server);
        generated = await secretsOf(stack, ["api-token", "database/authentik"]);
        const program = () => `import * as pulumi from "@pulumi/pulumi";
            export const tokens = pulumi.secret({ api: "a-token-of-another-stack" });
            export const clear = "a-token-in-clear";`;
        const other = await openExample(stack, "wiki", { settings: { authentik: "not read" }, program });
        await other.pulumi("up", "--yes", "--skip-preview");
    });
    after(() => stack.close());

    it("are not read from another stack where they are in plain text", async () => {
        await set("api-token", { stack: "organization/wiki/dev", output: "clear" });
        const refused = await stack.preview().then(() => "", String);
        expect(refused)
            .to.contain("the output clear of the stack organization/wiki/dev")
            .and.contain("is not secret there");
        expect(refused).to.not.contain("a-token-in-clear");
    });

    it("take the place of generated ones: from another stack, and from the configuration", async () => {
        await set("api-token", { stack: "organization/wiki/dev", output: "tokens.api" });
        await stack.setSecret("database/authentik", "a-password-of-ones-own");

        await stack.up();

        for (const [name, own] of Object.entries({
            "api-token": "a-token-of-another-stack",
            "database/authentik": "a-password-of-ones-own",
        })) {
            expect(await doors[name]?.(generated[name] ?? ""), `the generated ${name} is let in`).to.equal(false);
            expect(await doors[name]?.(own), `the ${name} of one's own is let in`).to.equal(true);
            expect(await stack.command("stack", "export")).to.not.contain(own);
        }
        await expectServing(ports);
    });

    it("are listed with their source, and not rotated", async () => {
        const known = await readSecrets(stack.opened);
        expect(listText(known)).to.match(
            /^ {2}api-token +the output tokens.api of the stack organization\/wiki\/dev$/m,
        );
        expect(listText(known)).to.match(/^ {2}database\/authentik +supplied by you$/m);
        expect(() => nextRotation(known, ["api-token"], "it-own")).to.throw("change it there");
        expect(() => nextRotation(known, ["database/authentik"], "it-own")).to.throw(
            "config set --stack it-own --secret",
        );
    });

    async function set(name: string, output: Record<string, string>): Promise<void> {
        for (const [part, value] of Object.entries(output))
            await stack.opened.stack.setConfig(`${key(name)}.${part}`, { value }, true);
    }
});
