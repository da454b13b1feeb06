import { expect } from "chai";
import { file, find, format, keyOf, requires, toYaml } from "../../../../authentik/blueprints/document";
import { parseBlueprint } from "../../../support/blueprint";

describe("a blueprint's document", () => {
    it("is named after the stack's tool and the blueprint", () => {
        const { version, metadata, entries } = parseBlueprint(toYaml({ name: "admin", entries: [] }));

        expect(version).to.equal(1);
        expect(metadata).to.deep.equal({ name: "authentik-stack admin" });
        expect(entries).to.deep.equal([]);
    });

    it("writes authentik's tags so that authentik reads them back, nested ones too", () => {
        const attrs = {
            flow: find("authentik_flows.flow", ["slug", "login"], ["title", "Log in"]),
            provider: keyOf("provider"),
            key: file("/run/secrets/token"),
            identifier: format("ak-outpost-%s-api", keyOf("outpost")),
        };

        const [entry] = parseBlueprint(toYaml({ name: "x", entries: [{ model: "m", attrs }] })).entries;

        expect(entry?.attrs).to.deep.equal({
            flow: { tag: "!Find", value: ["authentik_flows.flow", ["slug", "login"], ["title", "Log in"]] },
            provider: { tag: "!KeyOf", value: "provider" },
            key: { tag: "!File", value: "/run/secrets/token" },
            identifier: { tag: "!Format", value: ["ak-outpost-%s-api", { tag: "!KeyOf", value: "outpost" }] },
        });
    });

    it("asks for one of authentik's own blueprints by its name", () => {
        expect(requires("authentik Bootstrap")).to.deep.equal({
            model: "authentik_blueprints.metaapplyblueprint",
            attrs: { identifiers: { name: "authentik Bootstrap" }, required: true },
        });
    });

    // authentik reads YAML 1.1, in which some of these are switches, dates and numbers unless they are quoted.
    const texts = ["on", "Yes", "no", "null", "2024-01-01", "12:30:00", "1_000", "010", "1e3", "0x1f", "~", "=", "<<"];
    const awkward = [
        "a: b",
        "# x",
        "!Env HOME",
        "%s",
        " edges ",
        "two\nlines",
        '"quoted"',
        "it's",
        "&a",
        "*a",
        "- x",
        "",
    ];
    for (const text of [...texts, ...awkward, "a very long text ".repeat(20)]) {
        it(`keeps ${JSON.stringify(text.slice(0, 30))} a text`, () => {
            const [entry] = parseBlueprint(toYaml({ name: "x", entries: [{ model: "m", attrs: { text } }] })).entries;

            expect(entry?.attrs.text).to.equal(text);
        });
    }

    it("repeats an object that stands in it twice instead of pointing at the first", () => {
        const shared = { group: "family" };

        const text = toYaml({ name: "x", entries: [{ model: "m", attrs: { a: shared, b: shared } }] });

        expect(text).to.not.match(/[&*]a1/);
    });
});
