import { expect } from "chai";
import * as library from "../../../components";
import { publicFace } from "../../support/public-face";

describe("what other programs import", () => {
    it("is what components/index.ts lists", () => {
        const values = publicFace().filter(({ isType }) => !isType);

        expect(values.map(({ name }) => name)).to.have.members(Object.keys(library));
    });

    it("is shown by an example, the arguments of a component by that of the component", () => {
        const all = publicFace();
        const shown = all.filter(({ example }) => example !== undefined).map(({ name }) => name);

        const unshown = all.filter(({ name }) => !shown.includes(name) && !shown.includes(name.replace(/Args$/, "")));
        expect(unshown.map(({ name }) => name)).to.deep.equal([]);
    });
});
