import { expect } from "chai";
import { lastVersions } from "../../../authentik/releases";
import {
    databaseProblems,
    type DatabaseUse,
    mostConnections,
    pathBetween,
    stepProblem,
} from "../../../authentik/upgrades";

describe("a step from one release to another", () => {
    const allowed: [from: string, to: string][] = [
        ["2025.8.4", "2025.8.4"],
        ["2025.8.4", "2025.8.6"],
        ["2025.8.6", "2025.10.4"],
        ["2025.12.6", "2026.2.0"],
        ["2026.5.8", "2026.8.7"],
        ["2025.6.4", "2025.8.6"],
        ["2026.8.7", "2026.11.0"],
        // A patch that came after this table was written.
        ["2025.8.9", "2025.10.4"],
        // A candidate, and its release.
        ["2026.5.0-rc1", "2026.5.8"],
    ];
    for (const [from, to] of allowed)
        it(`goes from ${from} to ${to}`, () => expect(stepProblem(from, to)).to.equal(undefined));

    const refused: [from: string, to: string, because: string][] = [
        [
            "2025.8.6",
            "2026.2.7",
            "skip 2025.10, 2025.12, which leaves the database half migrated; set it to 2025.10.4 first",
        ],
        [
            "2025.8.4",
            "2026.2.7",
            "skip 2025.10, 2025.12, which leaves the database half migrated; set it to 2025.8.6 first",
        ],
        [
            "2025.8.4",
            "2025.10.4",
            "at its last patch; set it to 2025.8.6 first, or let `npm run upgrade` take every step",
        ],
        [
            "2026.2.2",
            "2025.12.6",
            "is older than 2026.2.2, the release of this stack's database, and authentik cannot be downgraded",
        ],
        ["2025.8.6", "2025.8.4", "keep 2025.8.6, or restore what was saved before with `npm run upgrade -- --back`"],
        ["2026.5.7", "2026.8.2", "its migrations end with InconsistentMigrationHistory; use 2026.8.7"],
        ["2025.4.1", "2025.8.6", "take authentik's own steps up to 2025.6 first"],
        ["2026.5.8", "2026.11.0", "skip 2026.8"],
        ["2026.5.0", "2026.5.0-rc1", "is older than 2026.5.0"],
    ];
    for (const [from, to, because] of refused)
        it(`does not go from ${from} to ${to}`, () => expect(stepProblem(from, to)).to.contain(because));

    it("may go against authentik's advice where untested ones are allowed, but not where it breaks the database", () => {
        for (const [from, to] of [
            ["2025.8.4", "2025.10.4"],
            ["2025.8.6", "2025.8.4"],
        ] as const)
            expect(stepProblem(from, to, true), to).to.equal(undefined);
        for (const [from, to] of [
            ["2025.8.4", "2026.2.7"],
            ["2026.2.2", "2025.12.6"],
            ["2026.5.7", "2026.8.2"],
        ] as const)
            expect(stepProblem(from, to, true), to).to.be.a("string");
    });
});

describe("the path from one release to another", () => {
    it("takes the last patch of each series in turn", () => {
        expect(pathBetween("2025.8.4", "2026.2.2")).to.deep.equal(["2025.8.6", "2025.10.4", "2025.12.6", "2026.2.2"]);
        expect(pathBetween("2025.8.0", lastVersions.at(-1) ?? "")).to.deep.equal(lastVersions);
        expect(pathBetween("2025.8.4", "2025.8.5")).to.deep.equal(["2025.8.5"]);
    });

    it("is made of steps that are allowed", () => {
        const path = ["2025.8.1", ...pathBetween("2025.8.1", "2026.8.3")];
        for (const [index, to] of path.slice(1).entries())
            expect(stepProblem(path[index] ?? "", to)).to.equal(undefined);
    });

    it("leaves out what authentik only advises where untested ones are allowed, but no series", () => {
        expect(pathBetween("2025.12.4", "2026.2.2")).to.deep.equal(["2025.12.6", "2026.2.2"]);
        expect(pathBetween("2025.12.4", "2026.2.2", true)).to.deep.equal(["2026.2.2"]);
        expect(pathBetween("2025.10.4", "2026.2.2", true)).to.deep.equal(["2025.12.6", "2026.2.2"]);
    });

    it("is empty where there is nothing newer to get to", () => {
        expect(pathBetween("2026.2.7", "2026.2.7")).to.deep.equal([]);
        expect(pathBetween("2026.2.7", "2025.8.6")).to.deep.equal([]);
    });
});

describe("a database that a release is to use", () => {
    const facts = {
        versions: ["2025.8.4"],
        groups: [],
        connections: 97,
        used: { wiki: 3 },
        limit: null,
        server: 160004,
    };
    const asked = (changes: object, use: DatabaseUse) =>
        databaseProblems(`NOTICE: something\n${JSON.stringify({ ...facts, ...changes })}\n`, use).join("\n");
    const problem = (changes: object, version: string, allowUntested = false, consumers: string[] = []) =>
        asked(changes, { version, allowUntested, consumers });

    it("may be empty, or of the release before", () => {
        expect(problem({ versions: [] }, "2026.8.7")).to.equal("");
        expect(problem({}, "2025.8.6")).to.equal("");
        expect(problem({ versions: ["2025.8.4", "2025.8.6"] }, "2025.10.4")).to.equal("");
    });

    it("counts as of the newest release that ever ran on it", () => {
        expect(problem({ versions: ["2026.2.2", "2025.8.4"] }, "2025.8.4")).to.contain("is older than 2026.2.2");
        expect(problem({ versions: ["2025.8.6", "2025.10.4", "2025.9.0-rc1"] }, "2025.12.6")).to.equal("");
    });

    it("must not be of a release that this one cannot follow", () => {
        expect(problem({}, "2026.2.7")).to.match(/^would follow 2025\.8\.4, .* skip 2025\.10, 2025\.12/);
        expect(problem({}, "2025.10.4")).to.contain("set it to 2025.8.6 first");
        expect(problem({}, "2025.10.4", true)).to.equal("");
    });

    it("may be of any patch of the series where an image whose tag moves decides the patch", () => {
        const floating = { version: "2025.8.4", isFloating: true };
        expect(asked({ versions: ["2025.8.6"] }, floating)).to.equal("");
        expect(asked({ versions: ["2025.10.4"] }, floating)).to.contain("is older than 2025.10.4");
        expect(asked({}, { version: "2025.10.4", isFloating: true })).to.contain("set it to 2025.8.6 first");
    });

    it("has groups with names of their own from 2025.12 on", () => {
        const groups = ["family", "friends"];
        expect(problem({ versions: ["2025.10.4"], groups }, "2025.12.6")).to.contain(
            "the name family, friends; rename",
        );
        expect(problem({ groups }, "2025.8.6")).to.equal("");
    });

    it("is of a PostgreSQL that the release runs on, with connections enough", () => {
        expect(problem({ server: 130011 }, "2025.8.6")).to.equal("");
        expect(problem({ versions: [], server: 130011 }, "2026.2.7")).to.contain(
            "needs PostgreSQL 14 or later, but this one is version 13",
        );
    });

    it("has connections for the release beside those that others have, and the refusal names how many to give it", () => {
        expect(problem({ versions: [], used: { wiki: 67 } }, "2026.2.7")).to.equal("");
        expect(problem({ versions: [], used: { wiki: 40, postgres: 30 } }, "2026.2.7")).to.equal(
            "takes 30 connections of PostgreSQL, which has 97, of which others need 70; " +
                "run `ALTER SYSTEM SET max_connections = 150` there as its administrator, and restart it",
        );
        expect(problem({ versions: [], used: { wiki: 70 } }, "2025.8.6"), "which takes fewer").to.equal("");
    });

    it("is given more connections by its own stack", () => {
        const output = JSON.stringify({ ...facts, versions: [], used: { wiki: 70 } });
        const own = { version: "2026.2.7", isOwn: true };
        const problems = (allowed?: number) => databaseProblems(output, { ...own, allowed }).join("\n");
        expect(problems()).to.equal(
            "takes 30 connections of PostgreSQL, which has 97, of which others need 70; set postgres.connections to 150",
        );
        expect(problems(300), "whatever it still has").to.equal("");
    });

    it("has connections for two busy generations and the consumers, where this stack runs it", () => {
        expect([mostConnections("2025.8.6", 0, 1), mostConnections("2025.8.6", 9, 1)]).to.deep.equal([300, 300]);
        expect([mostConnections("2026.2.7", 0, 1), mostConnections("2026.2.7", 20, 1)]).to.deep.equal([300, 400]);
        // Of each, with four times what it takes when nobody asks, and with three that PostgreSQL keeps to itself.
        for (const [version, taken] of Object.entries({ "2025.8.6": 20, "2026.2.7": 30 }))
            expect(mostConnections(version, 0, 1) - 3).to.be.greaterThan(2 * 4 * taken);
    });

    it("has them for each of several servers and workers", () => {
        expect([1, 2, 3].map((replicas) => mostConnections("2025.8.6", 0, replicas))).to.deep.equal([300, 400, 500]);
        expect([2, 3].map((replicas) => mostConnections("2026.2.7", 0, replicas))).to.deep.equal([500, 800]);
    });

    it("has connections for consumers that are not there yet", () => {
        const consumers = Array.from({ length: 14 }, (_, index) => `app${index}`);
        expect(problem({ versions: [], used: {} }, "2026.2.7", false, consumers.slice(1))).to.equal("");
        expect(problem({ versions: [], used: { app0: 2 } }, "2026.2.7", false, consumers)).to.contain(
            "of which others need 70",
        );
    });

    it("lets authentik's own role have as many as the release takes", () => {
        expect(problem({ versions: [], limit: 30 }, "2026.2.7")).to.equal("");
        expect(problem({ versions: [], limit: 20 }, "2026.2.7")).to.match(
            /^takes 30 connections .* may have 20; .*CONNECTION LIMIT 30/,
        );
    });

    it("fails where it says nothing", () => {
        expect(() => databaseProblems("", { version: "2026.2.7" })).to.throw();
    });
});
