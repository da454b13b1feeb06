import { expect } from "chai";
import { editVersion } from "../../../cli/upgrade/draft";

describe("a configuration file with another release", () => {
    it("stays as it was written otherwise", () => {
        const text =
            "# mine\nconfig:\n  authentik-stack:version: '2025.8.4' # old\n  authentik-stack:url:   http://a\n";

        expect(editVersion(text, "2025.8.6")).to.equal(text.replace("'2025.8.4'", "2025.8.6"));
    });

    it("gets a line where it named none", () => {
        expect(editVersion("config:\n  authentik-stack:url: http://a\n", "2025.8.6")).to.equal(
            "config:\n  authentik-stack:url: http://a\n  authentik-stack:version: 2025.8.6\n",
        );
        expect(editVersion("config: {}\n", "2025.8.6")).to.contain("authentik-stack:version: 2025.8.6");
    });
});
