import { expect } from "chai";
import { application, kinds } from "../../../authentik/providers";
import { outpostTypes } from "../../../authentik/roles";

describe("the registry of providers", () => {
    for (const [type, kind] of kinds) {
        it(`leads from ${type} to the kind that has it`, () => {
            const types = JSON.stringify(kind.schema.safeParse({ type }).error?.issues ?? []);

            // Other keys may be missing, but the type is one of its own.
            expect(types).to.not.contain('"path":["type"]');
            expect(kind.model).to.match(/^authentik_providers_\w+\.\w+provider$/);
        });
    }

    it("serves every type of outpost", () => {
        expect(new Set(kinds.flatMap(([, { outpost }]) => outpost ?? []))).to.deep.equal(new Set(outpostTypes));
    });

    it("is what a configuration is told it may choose from", () => {
        const { error } = application.safeParse({ slug: "a", name: "A", provider: { type: "kerberos" } });

        expect(error?.issues[0]?.message).to.equal(
            `must have a type: one of ${kinds.map(([type]) => type).join(", ")}`,
        );
    });
});
