import { expect } from "chai";
import { answer, type Answering, runProbe } from "../../support/probe";

describe("the probe, of the results in an answer", () => {
    let body = "";
    let server: Answering;
    before(async () => {
        server = await answer((_, response) => response.end(body));
    });
    after(() => server.close());

    const outcome = async (results: unknown, result: Record<string, unknown>) => {
        body = JSON.stringify({ results });
        return runProbe([{ name: "outpost", url: server.url, status: 200, result }], 0);
    };
    const wanted = { name: "two", providers_obj: [{ name: "b" }, { name: "c" }] };

    it("is content with one result that contains what is wanted, among others and with more in it", async () => {
        const results = [{ name: "one" }, { pk: 7, name: "two", providers_obj: [{ name: "b" }, { name: "c", pk: 1 }] }];

        expect((await outcome(results, wanted)).code).to.equal(0);
    });

    it("compares lists in any order", async () => {
        expect((await outcome([{ name: "two", providers_obj: [{ name: "c" }, { name: "b" }] }], wanted)).code).to.equal(
            0,
        );
    });

    const misses: [why: string, results: unknown][] = [
        ["is another", [{ name: "three", providers_obj: [{ name: "b" }, { name: "c" }] }]],
        ["lacks a part", [{ name: "two" }]],
        ["has too short a list", [{ name: "two", providers_obj: [{ name: "b" }] }]],
        ["has too long a list", [{ name: "two", providers_obj: [{ name: "b" }, { name: "c" }, { name: "d" }] }]],
        ["has null for an object", [{ name: "two", providers_obj: [null, { name: "c" }] }]],
        ["is not there", []],
    ];
    for (const [why, results] of misses) {
        it(`says what is missing when the result ${why}`, async () => {
            const { code, output } = await outcome(results, wanted);

            expect(code).to.equal(1);
            const shown = '{"name": "two", "providers_obj": [{"name": "b"}, {"name": "c"}]}';
            expect(output).to.equal(`outpost: does not say ${shown} (${server.url})\n`);
        });
    }

    it("does not put one result together out of two", async () => {
        const results = [
            { name: "two", providers_obj: [] },
            { name: "one", providers_obj: wanted.providers_obj },
        ];

        expect((await outcome(results, wanted)).code).to.equal(1);
    });

    for (const [what, text] of [
        ["a page", "<html>starting</html>"],
        ["a list", "[]"],
        ["nothing", ""],
    ] as const) {
        it(`takes ${what} instead of results for a check that does not hold yet`, async () => {
            body = text;

            const checks = [{ name: "outpost", url: server.url, status: 200, result: wanted }];
            const { code, output, errors } = await runProbe(checks, 0);

            expect(code).to.equal(1);
            expect(output).to.match(/^outpost: /);
            expect(errors, "a traceback").to.equal("");
        });
    }

    it("wants fields filled that a check names", async () => {
        const ask = (signing_key: unknown) => {
            body = JSON.stringify({ results: [{ name: "wiki", signing_key }] });
            const check = { name: "client", url: server.url, status: 200, result: { name: "wiki" } };
            return runProbe([{ ...check, filled: ["signing_key"] }], 0);
        };

        expect((await ask("f7d1")).code).to.equal(0);
        const { code, output } = await ask(null);
        expect(code).to.equal(1);
        expect(output).to.contain('does not say {"name": "wiki"} with signing_key');
    });
});

describe("the probe, of a list with several pages", () => {
    const names = Array.from({ length: 45 }, (_, index) => `app${index}`);
    let server: Answering;
    before(async () => {
        server = await answer((request, response) => {
            const page = Number(new URL(request.url ?? "", "http://x").searchParams.get("page") ?? 1);
            const results = names.slice((page - 1) * 20, page * 20).map((name) => ({ name }));
            response.end(JSON.stringify({ pagination: { next: page < 3 ? page + 1 : 0 }, results }));
        });
    });
    after(() => server.close());

    const ask = (name: string, query = "") =>
        runProbe([{ name, url: `${server.url}/api/${query}`, status: 200, result: { name } }], 0);

    it("reads it to its end", async () => {
        for (const name of ["app0", "app20", "app44"]) expect((await ask(name)).code, name).to.equal(0);
        expect((await ask("app45")).output).to.equal(`app45: does not say {"name": "app45"} (${server.url}/api/)\n`);
    });

    it("keeps what the check asks for", async () => {
        await ask("app44", "?slug=x");

        expect(server.requests.slice(-3).map(({ url }) => url)).to.deep.equal([
            "/api/?slug=x",
            "/api/?slug=x&page=2",
            "/api/?slug=x&page=3",
        ]);
    });

    it("asks once for what several checks want to know", async () => {
        const before = server.requests.length;
        const checks = ["a", "b", "c"].map((name) => ({
            name,
            url: `${server.url}/x/`,
            status: 200,
            result: { name: "?" },
        }));

        await runProbe(checks.slice(0, 1), 0);
        const alone = server.requests.length - before;
        await runProbe(checks, 0);

        expect(server.requests.length - before - alone).to.equal(alone);
    });

    it("asks only for what explains a refusal, when told so", async () => {
        const check = { url: server.url, status: 200, result: { name: "nothing" } };
        const checks = [
            { ...check, name: "scope groups of wiki", isCause: true as const },
            { ...check, name: "application wiki" },
        ];

        const { output } = await runProbe(checks, 0, "causes");

        expect(output).to.match(/^scope groups of wiki: does not say .*\n$/);
    });
});
