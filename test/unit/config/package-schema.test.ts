import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { stackConfig } from "../../../config/load";
import { packageSchema } from "../../../config/package-schema";
import { type ConfigInput, schema } from "../../../config/schema";

const root = join(__dirname, "../../..");

/** The part of the package's schema that is read here. */
interface Package {
    resources: Record<
        string,
        { inputProperties: Record<string, object>; requiredInputs: string[]; required: string[] }
    >;
}
const { resources } = packageSchema("1.2.3") as Package;
const component = resources["authentik-stack:index:AuthentikStack"];

describe("the package for programs in other languages", () => {
    it("takes every key of the configuration, text as text and switches as switches", () => {
        const { inputProperties = {}, requiredInputs } = component ?? {};
        expect(Object.keys(inputProperties)).to.have.members(Object.keys(schema.shape));
        expect(requiredInputs).to.have.members(["url", "admin"]);
        expect(inputProperties["prefix"]).to.have.property("type", "string");
        expect(inputProperties["protectData"]).to.have.property("type", "boolean");
        expect(inputProperties["outposts"]).to.have.property("$ref", "pulumi.json#/Any");
    });

    it("marks what is secret by itself", () => {
        expect(component).to.have.nested.property("properties.apiToken.secret", true);
    });

    it("is shown in docs/library.md by arguments that hold", () => {
        const page = readFileSync(join(root, "docs/library.md"), "utf8");
        const [, shown = ""] = /```yaml\n(.*?type: authentik-stack:AuthentikStack.*?)```/s.exec(page) ?? [];
        const program = parse(shown) as { resources: { auth: { properties: ConfigInput } } };
        expect(stackConfig(program.resources.auth.properties).applications).to.have.lengthOf(2);
    });
});
