import { expect } from "chai";
import { type Described, inWords } from "../../../../cli/preview/words";
import { generationLabel } from "../../../../engine/labels";

const of = (type: string) => (name: string, inputs: Record<string, unknown>) => ({ [`${name} (${type})`]: inputs });
const container = of("docker:index/container:Container");
const secret = of("random:index/randomPassword:RandomPassword");
const volume = of("docker:index/volume:Volume");
const network = of("docker:index/network:Network");
const step = of("pulumi:index:Stash");
const series = (value: string) => ({ labels: [{ label: generationLabel, value }] });

const rows: [what: string, before: Described, after: Described, said: RegExp][] = [
    ["nothing", container("a", { image: "x" }), container("a", { image: "x" }), /^Nothing changes in the stack\.$/],
    ["a new container", {}, container("a", {}), /^\*\*a\*\* is new\.$/],
    ["a container that goes", container("a", {}), {}, /^\*\*a\*\* is removed\.$/],
    [
        "one that is replaced while the old one serves",
        container("a", { image: "x", memory: 1 }),
        container("a", { image: "y", memory: 2 }),
        /^\*\*a\*\* is replaced \(image, memory\)\. The old one serves until the new one is healthy\.$/,
    ],
    [
        "one whose port the old one holds",
        container("a", { image: "x", ports: [{ external: 443 }] }),
        container("a", { image: "y", ports: [{ external: 443 }, { external: 80 }] }),
        /stops first, since both publish port 443: it does not answer until/,
    ],
    [
        "a database",
        container("authentik-postgres-server", { memory: 1 }),
        container("authentik-postgres-server", { memory: 2 }),
        /both write the same data: nobody can sign in until/,
    ],
    [
        "another series",
        container("authentik-server", series("2025.8")),
        container("authentik-server", series("2025.10")),
        /two series of authentik must not share a database.*migrations/,
    ],
    ["a new secret", {}, secret("s", { length: 50 }), /^The secret \*\*s\*\* is generated\.$/],
    ["a rotated secret", secret("s", {}), secret("s", { keepers: { rotation: "1" } }), /gets a new value/],
    ["a secret that goes", secret("s", {}), {}, /is forgotten/],
    ["a new volume", {}, volume("v", { name: "ak_media" }), /^The volume \*\*ak_media\*\* is created, or used/],
    [
        "another volume",
        volume("v", { name: "a" }),
        volume("v", { name: "b" }),
        /\*\*b\*\* takes the place of \*\*a\*\*/,
    ],
    ["a volume that goes", volume("v", { name: "a" }), {}, /no longer used\. Its data is kept\.$/],
    ["a network that is renamed", network("n", { name: "a" }), network("n", { name: "b" }), /every container on it/],
    [
        "blueprints",
        step("authentik-blueprints-applied", { input: 1 }),
        step("authentik-blueprints-applied", { input: 2 }),
        /^\*\*Blueprints\*\* are applied again\.$/,
    ],
    ["no other step", step("x-healthy", { input: 1 }), step("x-healthy", { input: 2 }), /^Nothing changes/],
];

describe("what a pull request will do, in words", () => {
    for (const [what, before, after, said] of rows)
        it(`names ${what}`, () => {
            const lines = inWords(before, after);
            expect(lines).to.have.lengthOf(1);
            expect(lines[0]).to.match(said);
        });
});
