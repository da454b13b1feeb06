import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imagePins, pinnedImages } from "../../../authentik/images";
import { DockerConnection } from "../../../engine/connection";
import { updatePins } from "../../../cli/image-pins";
import { ToolError } from "../../../cli/progress";
import { type FakeEngine, startEngine } from "../../support/engine";

const tags = {
    authentik: "2025.6.1",
    postgres: "17-alpine",
    redis: "7.4-alpine",
    gateway: "2.10-alpine",
    restic: "0.18.0",
};
const images = Object.values(pinnedImages({ tags, digests: {} }));
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe("updating the pins of images", () => {
    const folder = mkdtempSync(join(tmpdir(), "pins-"));
    const file = join(folder, "image-pins.json");
    let engine: FakeEngine | undefined;
    after(() => rmSync(folder, { recursive: true }));
    afterEach(() => engine?.close());

    async function update(digests: Record<string, string>, before: Record<string, string>): Promise<string[]> {
        writeFileSync(file, JSON.stringify({ tags, digests: before }));
        engine = await startEngine({ digests });
        return await updatePins(new DockerConnection({ host: engine.host }), file);
    }

    const all = Object.fromEntries(images.map((image, index) => [image, digest(String(index))]));

    it("writes the digest of every tag, keeps the tags, and tells what changed", async () => {
        const before: Record<string, string> = {
            ...all,
            "redis:7.4-alpine": digest("e"),
            "redis:7-alpine": digest("f"),
        };
        delete before["postgres:17-alpine"];

        expect(await update(all, before)).to.deep.equal([
            `postgres:17-alpine: not pinned -> ${digest("5")}`,
            `redis:7.4-alpine: ${digest("e")} -> ${digest("6")}`,
            "redis:7-alpine: no longer pinned",
        ]);
        expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({ tags, digests: all });
    });

    it("reports nothing if nothing changed", async () => {
        expect(await update(all, all)).to.deep.equal([]);
    });

    it("leaves the file as it is where a registry cannot be reached, and names image, reason and cure", async () => {
        const rest = { ...all };
        delete rest["postgres:17-alpine"];
        const failure: unknown = await update(rest, { "redis:7.4-alpine": digest("e") }).catch(
            (error: unknown) => error,
        );

        if (!(failure instanceof ToolError)) expect.fail(String(failure));
        expect(failure.message).to.contain(
            "The digest of postgres:17-alpine cannot be looked up: dial tcp: lookup registry: no such host. image-pins.json is",
        );
        expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({
            tags,
            digests: { "redis:7.4-alpine": digest("e") },
        });
    });

    it("writes the project's own file in the same form", () => {
        const own = readFileSync(join(__dirname, "../../../authentik/image-pins.json"), "utf8");
        expect(own).to.equal(`${JSON.stringify(imagePins, undefined, 2)}\n`);
        expect(Object.keys(imagePins.digests)).to.satisfy((names: string[]) =>
            names.every((name) => Object.values(pinnedImages({ tags: imagePins.tags, digests: {} })).includes(name)),
        );
    });
});
