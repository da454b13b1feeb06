import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../../cli/workplace";
import { editRotation } from "../../../cli/rotation/draft";
import { followUps, type KnownSecrets, listText, nextRotation } from "../../../cli/rotation/secrets";

const known: KnownSecrets = {
    secrets: [
        { name: "redis" },
        { name: "api-token", knownTo: "others" },
        { name: "admin-password", knownTo: "administrator" },
        { name: "postgres" },
        { name: "database/authentik" },
        { name: "database/n8n", knownTo: "others" },
        { name: "application/wiki", knownTo: "others" },
    ],
    supplied: { "api-token": "hunter2-hunter2", redis: { stack: "organization/vault/prod", output: "redis" } },
    rotation: { "database/n8n": 4 },
};

describe("the rotation in a stack's file", () => {
    for (const file of ["Pulumi.dev.yaml", "Pulumi.prod.yaml.example"]) {
        it(`is added to ${file}, and not a character else`, () => {
            const text = readFileSync(join(projectRoot, file), "utf8");
            const edited = editRotation(editRotation(text, "database/n8n", 1), "redis", 2);
            const added = "  authentik-stack:rotation:\n    database/n8n: 1\n    redis: 2\n";
            expect(edited).to.contain(added);
            expect(edited.replace(added, "")).to.equal(text);
        });
    }

    for (const [where, text] of Object.entries({
        "beside others": "config:\n  authentik-stack:rotation: # ours\n    redis: 1 # why\n",
        "beside others in braces": "config:\n  authentik-stack:rotation: {redis: 1}\n  b: 2",
        "where it is empty": "config:\n  authentik-stack:rotation: {}\n  b: 2\n",
        "before what follows the configuration": "config:\n  a: |\n    text\n\n# the salt\nencryptionsalt: v1\n",
        "where there is no configuration": "environment: [authentik]\n",
        "in an empty file": "",
    })) {
        it(`is written ${where}`, () => {
            const before = (parse(text) ?? {}) as { config?: Record<string, object> };
            const edited = editRotation(text, "database/n8n", 3);
            const rotation = { ...before.config?.["authentik-stack:rotation"], "database/n8n": 3 };
            expect(parse(edited)).to.deep.equal({
                ...before,
                config: { ...before.config, "authentik-stack:rotation": rotation },
            });
            for (const [comment] of text.matchAll(/#.*/g)) expect(edited).to.contain(comment);
        });
    }

    it("changes a number where it stands", () => {
        const text = 'config:\n  authentik-stack:rotation: { "redis": 1, other: 1 } # ours\n';
        expect(editRotation(text, "redis", 12)).to.equal(text.replace('"redis": 1', '"redis": 12'));
    });
});

describe("what can be rotated", () => {
    it("goes up by one", () => {
        expect(nextRotation(known, ["database/n8n", "database/authentik"], "dev")).to.deep.equal({
            "database/n8n": 5,
            "database/authentik": 1,
        });
    });

    it("is limited to the stack's secrets; all unknown names are reported at once, with the known ones", () => {
        expect(() => nextRotation(known, ["redis", "db", "mail"], "dev")).to.throw(
            "The stack dev has no secret db, mail. It has: redis, api-token, admin-password, postgres, database/authentik",
        );
    });

    it("excludes supplied secrets, for which another way is named", () => {
        expect(() => nextRotation(known, ["api-token"], "dev")).to.throw(
            `config set --stack dev --secret --path 'authentik-stack:secrets["api-token"]'`,
        );
        expect(() => nextRotation(known, ["redis"], "dev")).to.throw(
            "is the output redis of the stack organization/vault/prod: change it there",
        );
    });

    it("is listed with where it comes from, and without any value", () => {
        expect(listText(known).split("\n")).to.deep.equal([
            "  redis               the output redis of the stack organization/vault/prod",
            "  api-token           supplied by you",
            "  admin-password      generated",
            "  postgres            generated",
            "  database/authentik  generated",
            "  database/n8n        generated, rotation 4",
            "  application/wiki    generated",
        ]);
    });

    it("says which secrets concern people or other stacks", () => {
        const concerns = followUps(
            known,
            ["postgres", "database/authentik", "database/n8n", "application/wiki"],
            "dev",
        );
        expect(concerns.map((line) => line.split(":")[0])).to.deep.equal(["database/n8n", "application/wiki"]);
        expect(followUps(known, ["admin-password"], "dev").join()).to.contain("output -- admin.password --stack dev");
    });
});
