import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Refusals } from "../../../../cli/preview/refusals";

describe("what policies refuse in a preview", () => {
    const event = (policyName: string, message: string, enforcementLevel: "mandatory" | "warning" = "mandatory") =>
        ({ policyEvent: { policyName, message, enforcementLevel } }) as EngineEvent;

    it("is said once, however many containers it is about", () => {
        const refusals = new Refusals();
        const said = "<{%reset%}>An image is named with its digest.<{%reset%}>\n";
        for (const which of ["", "Container 2 of 2: "])
            refusals.onEvent(event("image-digests-in-production", `${said}${which}The image redis:7 has no digest.\n`));
        refusals.onEvent(event("image-digests-in-production", `${said}The image caddy:2 has no digest.`));
        refusals.onEvent(event("no-root", "It is root."));
        refusals.onEvent(event("memory-limits", "It has none.", "warning"));
        refusals.onEvent({} as EngineEvent);
        expect(refusals.toString().split("\n")).to.deep.equal([
            "Refused by the policy image-digests-in-production (docs/policies.md):",
            "  The image redis:7 has no digest.",
            "  The image caddy:2 has no digest.",
            "Refused by the policy no-root (docs/policies.md):",
            "  It is root.",
        ]);
    });

    it("is nothing where they refuse nothing", () => {
        expect(new Refusals().toString()).to.equal("");
    });
});
