import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configurationPage, projectFile } from "../../../config/documentation";
import { schema } from "../../../config/schema";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the configuration's documentation", () => {
    it("is docs/configuration.md, as `npm run docs` writes it", () => {
        expect(read("docs/configuration.md")).to.equal(configurationPage());
    });

    it("stands in Pulumi.yaml, as `npm run docs` writes it", () => {
        const text = read("Pulumi.yaml");

        expect(parse(text)).to.deep.equal(parse(projectFile(text)));
    });

    it("says of every key what it is", () => {
        const rows = configurationPage()
            .split("\n")
            .filter((line) => line.startsWith("| `"));

        expect(rows.length).to.be.greaterThan(Object.keys(schema.shape).length);
        for (const row of rows) expect(row, row).to.match(/\| [^|]+ \|$/);
    });
});
