import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { completion } from "../../../../cli/command/completion";
import { commandsPage, helpOf, listText } from "../../../../cli/command/help";
import { nearest, readLine, unknownCommand } from "../../../../cli/command/line";
import { allCommands } from "../../../../cli/command/table";

const root = join(__dirname, "../../../..");

describe("the command line", () => {
    it("gives a command its options and names, typed", () => {
        const { values, named } = readLine("restore", ["2026", "--into", "rehearsal", "-y", "--other-key"]);

        expect(values).to.deep.equal({ into: "rehearsal", yes: true, "other-key": true });
        expect(named).to.deep.equal(["2026"]);
    });

    it("takes as many names as the table says", () => {
        expect(readLine("rotate", ["a", "b", "c"]).named).to.deep.equal(["a", "b", "c"]);
        expect(() => readLine("output", ["a", "b"])).to.throw("Unexpected: b. It takes [path].");
        expect(() => readLine("backup", ["now"])).to.throw("Unexpected: now. It takes no names.");
    });

    it("names every problem at once, with the nearest option", () => {
        const wrong = () => readLine("backup", ["--verfy", "--stack"]);
        expect(wrong).to.throw("Unknown option: --verfy. Did you mean --verify?");
        expect(wrong).to.throw("--stack needs a value: --stack <name>.");
        expect(() => readLine("backup", ["--stack", "--verify"])).to.throw("--stack needs a value");
        expect(() => readLine("backup", ["--verify=yes"])).to.throw("--verify takes no value");
        expect(() => readLine("backup", ["-x"])).to.throw("Unknown option: -x. The options are --verify, --stack.");
    });

    it("guesses what is near, and nothing else", () => {
        expect(nearest("rotat", Object.keys(allCommands))).to.equal("rotate");
        expect(nearest("out", Object.keys(allCommands))).to.equal("output");
        expect(nearest("deploy", Object.keys(allCommands))).to.equal(undefined);
        expect(unknownCommand("bakup").message).to.include("Did you mean backup?");
    });

    it("has a file and an npm script for each command", () => {
        const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            scripts: Record<string, string>;
        };
        for (const [name, { file = name, npm = `npm run ${name}` }] of Object.entries(allCommands)) {
            expect(existsSync(join(root, `cli/${file}.ts`)), file).to.equal(true);
            expect(scripts[npm.replace(/^npm (run )?/, "")], npm).to.equal(`tsx cli/${file}.ts`);
        }
    });

    it("shows a command's options, example and exit codes", () => {
        const text = helpOf("outdated");
        expect(text).to.include("authentik-stack outdated [--json] [--stack <name>]");
        expect(text).to.include("-s, --stack <name>");
        expect(text).to.include("Example:  npx authentik-stack outdated --json");
        expect(text).to.include("Short:    npm run outdated -- --json");
        expect(text).to.match(/3 +a newer release closes a security hole/);
        expect(helpOf("backup")).to.match(/Short: +npm run backup$/m);
    });

    it("has every command in the list, the page and the completion of each shell", () => {
        const texts = [listText(), commandsPage(), ...["bash", "zsh", "fish"].map(completion)];
        for (const text of texts) for (const name of Object.keys(allCommands)) expect(text).to.include(name);
        expect(() => completion("csh")).to.throw("Name a shell: bash, zsh, fish.");
    });

    it("completes in zsh also where its file is loaded at the first Tab, as the body of the function that is called", () => {
        expect(completion("zsh")).to.match(
            /^#compdef authentik-stack\n[\s\S]*\nif \[\[ "\$funcstack\[1\]" == "_authentik-stack" \]\]; then _authentik_stack "\$@"\nelse compdef _authentik_stack authentik-stack; fi$/,
        );
    });

    it("has a page that is up to date", () => {
        expect(readFileSync(join(root, "docs/commands.md"), "utf8")).to.equal(commandsPage());
    });
});
