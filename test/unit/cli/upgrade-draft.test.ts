import { expect } from "chai";
import { editKey } from "../../../cli/upgrade/draft";

describe("a configuration file with another release", () => {
    it("stays as it was written otherwise", () => {
        const text =
            "# mine\nconfig:\n  authentik-stack:version: '2025.8.4' # old\n  authentik-stack:url:   http://a\n";

        expect(editKey(text, ["version"], "2025.8.6")).to.equal(text.replace("'2025.8.4'", "2025.8.6"));
    });

    it("gets a line where it named none", () => {
        expect(editKey("config:\n  authentik-stack:url: http://a\n", ["version"], "2025.8.6")).to.equal(
            "config:\n  authentik-stack:url: http://a\n  authentik-stack:version: 2025.8.6\n",
        );
        expect(editKey("config: {}\n", ["version"], "2025.8.6")).to.contain("authentik-stack:version: 2025.8.6");
    });
});

describe("a configuration file with another key", () => {
    const edited = (text: string) => editKey(text, ["volumes", "postgres", "name"], "pg_data_17");
    const before = "config:\n    authentik-stack:url:   http://a # mine\n";

    it("has the sections around it, where they are missing, as far indented as its own", () => {
        const section = "    authentik-stack:volumes:\n      postgres:\n        name: pg_data_17\n";
        expect(edited(before)).to.equal(before + section);
        expect(edited(`${before}other: 1\n`)).to.equal(`${before}${section}other: 1\n`);
    });

    it("is put into a section that is there, or over the value that is", () => {
        const text = `${before}    authentik-stack:volumes:\n        postgres:\n            name: `;
        expect(edited(`${text}old # why\n`)).to.equal(`${text}pg_data_17 # why\n`);
        const other = `${before}    authentik-stack:volumes:\n        media: {name: files}\n`;
        expect(edited(other)).to.equal(`${other}        postgres:\n          name: pg_data_17\n`);
    });

    it("is put into a section in braces", () => {
        expect(edited("config:\n  authentik-stack:volumes: {postgres: {keep: true}}\n")).to.equal(
            "config:\n  authentik-stack:volumes: {postgres: { name: pg_data_17,keep: true}}\n",
        );
        expect(edited("config: {authentik-stack:url: http://a}\n")).to.match(/postgres: \{ name: pg_data_17 \}/);
    });
});
