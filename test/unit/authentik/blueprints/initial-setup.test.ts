import { expect } from "chai";
import { withoutInitialSetup } from "../../../../authentik/blueprints/initial-setup";
import { parseBlueprint } from "../../../support/blueprint";

describe("the file in the place of the initial setup's blueprint", () => {
    it("declares nothing, under the name by which authentik looks it up", () => {
        expect(parseBlueprint(withoutInitialSetup.content)).to.deep.equal({
            version: 1,
            metadata: { name: "Default - Out-of-box-experience flow" },
            entries: [],
        });
        expect(withoutInitialSetup.path).to.equal("/blueprints/default/flow-oobe.yaml");
    });
});
