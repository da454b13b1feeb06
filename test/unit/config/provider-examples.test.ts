import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../../cli/workplace";
import { loadConfig } from "../../../config/load";
import { devWith } from "../../support/configuration";
import { startMocks } from "../../support/mocks";

/** The examples of a page that name the keys of a stack's file, without their namespace. */
function examplesOf(page: string): Record<string, unknown>[] {
    return [...page.matchAll(/```yaml\n( *authentik-stack:[\s\S]*?)```/g)].map(([, text = ""]) => {
        const keys = Object.entries(parse(text) as Record<string, unknown>);
        return Object.fromEntries(keys.map(([key, value]) => [key.replace("authentik-stack:", ""), value]));
    });
}

describe("docs/ldap.md", () => {
    it("has an example that is accepted as it stands", async () => {
        const page = readFileSync(join(projectRoot, "docs/ldap.md"), "utf8");
        await startMocks({ configuration: devWith(examplesOf(page)[0] ?? {}), secretKeys: ["secrets"] });

        const [application] = loadConfig().applications;
        expect(page).to.include(`applications.${application?.slug ?? ""}.ldap`);
    });
});

describe("docs/applications.md", () => {
    it("has examples that are accepted as they stand", async () => {
        const examples = examplesOf(readFileSync(join(projectRoot, "docs/applications.md"), "utf8"));
        expect(examples).to.have.length(2);
        for (const example of examples) {
            await startMocks({ configuration: devWith({ outposts: [], ...example }), secretKeys: ["secrets"] });
            expect(loadConfig().applications).to.have.length(1);
        }
    });
});

describe("docs/providers.md", () => {
    const page = readFileSync(join(projectRoot, "docs/providers.md"), "utf8");
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

    it("has an example for every kind that takes more than its keys", () => {
        expect(examples).to.have.length(6);
    });

    for (const [index, text] of examples.entries()) {
        it(`has examples that are accepted as they stand: number ${index + 1}`, async () => {
            const { outposts = [], applications } = parse(text) as Record<string, unknown>;
            await startMocks({ configuration: devWith({ outposts, applications }), secretKeys: ["secrets"] });

            expect(loadConfig().applications).to.have.length(1);
        });
    }
});
