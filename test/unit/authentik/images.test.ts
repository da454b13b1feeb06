import { expect } from "chai";
import { imagePins, pinnedImages } from "../../../authentik/images";
import { schema } from "../../../config/schema";

const digest = `sha256:${"a".repeat(64)}`;
const { tags } = imagePins;

describe("the official images", () => {
    const tagged = pinnedImages({ tags, digests: {} });
    const digests = { [tagged.server]: digest, [tagged.postgres]: digest };

    it("are named with name, tag and digest where there is one", () => {
        const images = pinnedImages({ tags, digests });

        expect(images).to.deep.equal({
            ...tagged,
            server: `${tagged.server}@${digest}`,
            postgres: `${tagged.postgres}@${digest}`,
        });
    });

    it("have no digest of another release, but those of PostgreSQL and Redis", () => {
        const images = pinnedImages({ tags: { ...tags, authentik: "2025.10.1" }, digests });

        expect(images.server).to.match(/server:2025\.10\.1$/);
        expect(images.postgres).to.equal(`${tagged.postgres}@${digest}`);
    });

    it("are of the release that a configuration without one gets", () => {
        expect(schema.shape.version.parse(undefined)).to.equal(tags.authentik);
    });

    it("are all names that the configuration takes, with and without a digest", () => {
        for (const image of [...Object.values(tagged), `${tagged.server}@${digest}`])
            expect(schema.shape.images.safeParse({ server: image }).success, image).to.equal(true);
    });
});
