import { expect } from "chai";
import { editImages } from "../../../cli/upgrade/images";

describe("the images of a configuration file with another release", () => {
    const withImages = (images: string) => `config:\n  authentik-stack:images: ${images}\n`;

    it("are of that release, and those of the databases stay", () => {
        const text = withImages(
            "{ server: mirror/ak:2025.8.6, proxy: 'mirror/p:2025.8.6-1', postgres: 'pg:2025.8.6' }",
        );

        expect(editImages(text, "2025.8.6", "2025.10.4")).to.equal(
            withImages(`{ server: "mirror/ak:2025.10.4", proxy: "mirror/p:2025.10.4-1", postgres: 'pg:2025.8.6' }`),
        );
    });

    it("have to name the release, since the old one would run under the new one's name", () => {
        for (const image of ["mirror/ak:latest", "mirror/ak:2025.8.6@sha256:abc", "mirror/ak:2025.8.4"])
            expect(() => editImages(withImages(`{ server: "${image}" }`), "2025.8.6", "2025.10.4"), image).to.throw(
                `\`images.server\` is ${image}: write the image of 2025.10.4 there, set \`version\`, and run \`npm start\``,
            );
    });

    it("stay where there are none, or for the same release", () => {
        const text = withImages("{ server: mirror/ak:latest }");
        expect(editImages(text, "2025.8.6", "2025.8.6")).to.equal(text);
        expect(editImages("config: {}\n", "2025.8.6", "2025.10.4")).to.equal("config: {}\n");
    });
});
