import { expect } from "chai";
import { notYetKnown, plain } from "../../../policy/container";
import { policies } from "../../../policy/policies";
import { isProduction } from "../../../policy/production";
import { rows } from "./rows";
import { secretRow } from "./secret-rows";
import { violations, withUnknown } from "./validate";

const resourcePolicies = policies.filter((policy) => "validateResource" in policy);

describe("the policy", () => {
    for (const { policy: name, passes, fails } of [secretRow, ...rows]) {
        const policy = resourcePolicies.find((candidate) => candidate.name === name) ?? { name, description: "" };

        for (const [what, checked] of Object.entries(passes))
            it(`${name} passes ${what}`, async () => {
                expect(await violations(policy, checked)).to.deep.equal([]);
            });

        for (const [what, [checked, message]] of Object.entries(fails))
            it(`${name} fails ${what}`, async () => {
                const [violation, ...more] = await violations(policy, checked);
                expect(violation).to.contain(message).and.not.contain("hunter2");
                expect(more).to.deep.equal([]);
            });
    }
});

describe("the policy pack", () => {
    it("has a passing and a failing resource for each of its policies", () => {
        const tested = [secretRow, ...rows].map(({ policy }) => policy);
        expect(tested).to.have.members(resourcePolicies.map(({ name }) => name));
    });

    it("is advisory for digests, memory limits, data volumes and read-only roots outside production, and mandatory for all else", () => {
        const advisory = policies.filter(({ enforcementLevel }) => enforcementLevel === "advisory");
        expect(advisory.map(({ name }) => name)).to.have.members([
            "image-digests",
            "memory-limits",
            "data-volumes",
            "read-only-root",
        ]);
    });

    it("recognizes a production stack by its name", () => {
        const production = (stack: string) => isProduction(`urn:pulumi:${stack}::authentik-stack::a:b:C::c`);
        expect(["prod", "production", "home-prod", "prod-eu"].filter(production)).to.have.length(4);
        expect(["dev", "staging", "products", "reproduction", "test-1"].filter(production)).to.have.length(0);
    });

    it("checks known values even if others are not known yet", () => {
        const envs = withUnknown(["A=a", "B=b"], 1);
        expect(plain({ envs, image: "redis:7" })).to.deep.equal({ envs: ["A=a", notYetKnown], image: "redis:7" });
    });
});
