import { expect } from "chai";
import { blueprintProblem, ownBlueprintChecks, readsOf } from "../../../../authentik/blueprints/own";

const checksOf = (...entries: string[]) =>
    ownBlueprintChecks("own/0-a.yaml", `version: 1\nentries:\n${entries.join("\n")}\n`, "http://server:9000");

describe("a blueprint of the user's own", () => {
    it("is verified by the object that it declares", () => {
        const [check] = checksOf("- model: authentik_core.group\n  identifiers: {name: readers & writers}");

        expect(check).to.deep.equal({
            name: "authentik_core.group readers & writers of own/0-a.yaml",
            url: "http://server:9000/api/v3/core/groups/?superuser_full_list=true&page_size=1000&name=readers+%26+writers",
            token: "/run/secrets/api_token",
            status: 200,
            result: { name: "readers & writers" },
        });
    });

    for (const [model, list] of Object.entries({
        "authentik_policies_password.passwordpolicy": "policies/all",
        "authentik_providers_oauth2.oauth2provider": "providers/all",
        "authentik_providers_oauth2.scopemapping": "propertymappings/all",
        "authentik_sources_oauth.oauthsource": "sources/all",
        "authentik_stages_password.passwordstage": "stages/all",
    })) {
        it(`is verified by the model as well, where a list holds several: ${model}`, () => {
            const [check] = checksOf(`- model: ${model}\n  identifiers: {name: a}`);

            expect(check?.url).to.contain(`/api/v3/${list}/?`);
            expect(check?.result).to.deep.equal({ name: "a", meta_model_name: model });
        });
    }

    for (const [title, entry] of Object.entries({
        "it removes": "- model: authentik_core.group\n  state: absent\n  identifiers: {name: a}",
        "it may leave out": "- model: authentik_core.group\n  conditions: [false]\n  identifiers: {name: a}",
        "authentik works the name of out": "- model: authentik_core.group\n  identifiers: {name: !Format [a]}",
        "a key alone tells":
            "- model: authentik_flows.flowstagebinding\n  identifiers: {target: !KeyOf flow, order: 1}",
        "another blueprint makes": "- model: authentik_blueprints.metaapplyblueprint\n  attrs: {required: true}",
    })) {
        it(`is left to authentik for what ${title}`, () => {
            expect(checksOf(entry)).to.deep.equal([]);
        });
    }

    it("knows the tags of authentik", () => {
        expect(blueprintProblem("version: 1\nentries:\n- model: a\n  attrs: {flow: !Find [b, [c, d]]}")).to.equal(
            undefined,
        );
    });

    it("may have its entries in sections, which are verified as well", () => {
        const text = [
            "version: 1",
            "entries:",
            "  groups:",
            "  - {model: authentik_core.group, identifiers: {name: a}}",
            "  users:",
            "  - {model: authentik_core.user, identifiers: {username: b}}",
            "  none: []",
        ].join("\n");

        expect(blueprintProblem(text)).to.equal(undefined);
        const results = ownBlueprintChecks("own/0-a.yaml", text, "http://server:9000").map(({ result }) => result);
        expect(results).to.deep.equal([{ name: "a" }, { username: "b" }]);
    });

    for (const [text, problem] of [
        ["version: 1\nentries: {groups: 1}", "or sections of lists"],
        ["version: 1\nentries: {groups: {model: a}}", "or sections of lists"],
        ["version: 1\nentries: [", "is not YAML: "],
        ["version: 2\nentries: []", "is not a blueprint: it needs `version: 1` and a list `entries`"],
        ["", "is not a blueprint: "],
        ["- a", "is not a blueprint: "],
    ] as const) {
        it(`is told from ${JSON.stringify(text)}`, () => {
            expect(blueprintProblem(text)).to.contain(problem);
        });
    }
});

describe("what a blueprint of the user's own reads", () => {
    const readsIn = (value: string) => readsOf(`version: 1\nentries:\n- model: a\n  attrs: {x: ${value}}\n`);

    it("is found wherever it is", () => {
        const nested = "!Format [a, !If [!Env A, {b: !File /c}, [!Env D]]], y: !Env A, z: !File '/with blank'";

        expect(readsIn(nested)).to.deep.equal({ variables: ["A", "D"], files: ["/c", "/with blank"] });
    });

    it("may be unset where it has a default", () => {
        const { variables, files } = readsIn("!Env [A, b], y: !Env [C, null], z: !File [/d, !Env E], v: !File [/f, ~]");

        expect(variables).to.deep.equal(["C", "E"]);
        expect(files).to.deep.equal(["/f"]);
    });

    it("is not what authentik works out, or only looks like it", () => {
        expect(readsIn("!Env [!Format [A], b], y: '!Env B', z: !Context C # !Env D")).to.deep.equal({
            variables: [],
            files: [],
        });
    });
});
