import { expect } from "chai";
import { z } from "zod";
import { duplicates, formatPath, formatProblems, problemsOf, shown, valueAt } from "../../../ground/problems";

const nothingSecret = () => false;

describe("problems", () => {
    it("writes a path as `pulumi config set --path` takes it", () => {
        expect(formatPath(["outposts", 0, "networks", 1])).to.equal("outposts[0].networks[1]");
        expect(formatPath(["url"])).to.equal("url");
    });

    it("finds the value at a path, and nothing below what is no object", () => {
        const root = { outposts: [{ name: "a" }], empty: null };

        expect(valueAt(root, ["outposts", 0, "name"])).to.equal("a");
        expect(valueAt(root, ["outposts", 1, "name"])).to.equal(undefined);
        expect(valueAt(root, ["empty", "name"])).to.equal(undefined);
        expect(valueAt(root, ["outposts", 0, "name", "length"])).to.equal(undefined);
    });

    it("shows addresses without the passwords in them", () => {
        const addresses: [given: string, shown: string][] = [
            ["rest:https://me:hunter2@example.com/x", "rest:https://me:[secret]@example.com/x"],
            ["ssh://me:hun/ter:2@nas", "ssh://me:[secret]@nas"],
            ["redis://:hunter2@db:6379", "redis://:[secret]@db:6379"],
            ["sftp:me:hunter2@nas:/folder", "sftp:me:[secret]@nas:/folder"],
            ...["sftp:me@nas:/~folder", "sftp://me@nas:22//x", "https://example.com:8443/@me", "me@example.com"].map(
                (same): [string, string] => [same, same],
            ),
        ];
        for (const [given, text] of addresses) expect(shown({ given })).to.equal(JSON.stringify({ given: text }));
    });

    it("points at every item that repeats an earlier one", () => {
        expect(duplicates(["a", "b", "a", "c", "b", "a"])).to.deep.equal([2, 4, 5]);
        expect(duplicates(["a", "b"])).to.deep.equal([]);
    });

    it("lists each problem on a line of its own with key, value and cure", () => {
        const text = formatProblems(
            [
                { key: "url", value: "x y", cure: "must be a URL" },
                { key: "admin", value: undefined, cure: "is missing" },
                { key: "worker", value: { memory: 1 }, cure: "is wrong" },
            ],
            "authentik-stack",
            nothingSecret,
        );

        expect(text.split("\n")).to.deep.equal([
            "3 problems in the configuration; nothing was changed:",
            '  authentik-stack:url = "x y" must be a URL',
            "  authentik-stack:admin is missing",
            '  authentik-stack:worker = {"memory":1} is wrong',
        ]);
    });

    it("counts a single problem as one", () => {
        const text = formatProblems([{ key: "a", value: 1, cure: "is wrong" }], "p", nothingSecret);

        expect(text).to.match(/^1 problem in the configuration;/);
    });

    it("hides the value of a secret key, whatever it is", () => {
        const problems = [
            { key: "secrets.redis", value: "hunter2", cure: "is too short" },
            { key: "url", value: "shown", cure: "is wrong" },
        ];

        const text = formatProblems(problems, "p", (key) => key.startsWith("secrets"));

        expect(text).to.contain("p:secrets.redis = [secret] is too short");
        expect(text).to.contain('p:url = "shown"');
        expect(text).to.not.contain("hunter2");
    });

    it("names each unknown key by itself, where it stands", () => {
        const ports = { port: 9000, ulr: 1, prot: 2 };
        const input = { ports: [ports] };
        const schema = z.strictObject({ ports: z.array(z.strictObject({ port: z.number() })) });
        const error = schema.safeParse(input).error ?? new z.ZodError([]);

        const problems = problemsOf(error, "server", input);

        expect(problems.map(({ key, value }) => [key, value])).to.deep.equal([
            ["server.ports[0].ulr", 1],
            ["server.ports[0].prot", 2],
        ]);
        for (const { cure } of problems) expect(cure).to.match(/^is an unknown configuration key/);
    });

    it("says that a value is missing where there is none, and what is wanted where there is", () => {
        const schema = z.strictObject({ email: z.email({ error: "must be an e-mail address" }) });
        const cureOf = (input: unknown) =>
            problemsOf(schema.safeParse(input).error ?? new z.ZodError([]), "admin", input).map(({ cure }) => cure);

        expect(cureOf({})).to.have.length(1);
        expect(cureOf({})[0]).to.match(/^is missing; .*must be an e-mail address$/);
        expect(cureOf({ email: "x" })).to.deep.equal(["must be an e-mail address"]);
    });
});
