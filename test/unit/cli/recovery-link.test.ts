import { expect } from "chai";
import { linkIn, linkText } from "../../../cli/recovery/link";

/** `npm run open` and `npm run recover`, by what authentik's shell told them. */
describe("a link that signs in", () => {
    const refusal = (told: object) => {
        try {
            return linkIn(told, "anna", "prod").path;
        } catch (error) {
            return String(error);
        }
    };

    it("is shown with what was mended, how long it is valid, and what whoever has it can do", () => {
        const told = { mended: ["it was not active"], active: true, path: "/recovery/use-token/abc/" };
        const { path, mended } = linkIn(told, "anna", "prod");
        const shown = linkText("anna", { url: `https://auth.example.com${path}`, mended });
        expect(shown.split("\n")).to.deep.equal([
            "Fixed: it was not active.",
            "Opens signed in as anna, once, within 15 minutes:",
            "",
            "  https://auth.example.com/recovery/use-token/abc/",
            "",
            "Whoever has this link can sign in as that user, without a password or a second factor.",
        ]);
    });

    it("is refused for a user that is not active, with the command that changes it", () => {
        expect(refusal({ mended: [], active: false })).to.include(
            "anna is not active, so it cannot sign in: `npm run --silent recover -- anna --stack prod` changes that.",
        );
    });

    it("is refused for a user that is not there, with those who have all rights, or the command that makes one", () => {
        expect(refusal({ mended: [], admins: ["akadmin", "ben"] })).to.include(
            "authentik has no user anna. Its administrators are: akadmin, ben.",
        );
        expect(refusal({ mended: [], admins: [] })).to.include(
            "`npm run --silent recover -- --stack prod` makes akadmin again.",
        );
    });
});
