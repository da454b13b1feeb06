import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { pythonRegexProblem, re2Problem } from "../../../ground/regex";

describe("regular expressions", () => {
    const patterns = [
        ..."https://.*\\.example\\.com/cb|(?P<h>a)(?P=h)|(?P=h)|(?<h>a)|(?<=b)c|(?<!b)c|a++|(?>a)b|(?i)x|x(?i)y|(?i:a)b|(?-i:a)b".split(
            "|",
        ),
        ..."\\p{L}|\\k<h>|\\h|\\Aa\\Z|\\z|\\d+\\w\\s|[\\w.-]+|[]a]|[^]a]|[a|(|a)|*a|a**|a{2}{3}|a{2,1}|a{,3}|a{1|\\1|(a)\\1|(a)\\2".split(
            "|",
        ),
        ..."(?#x)a|(?=a)b|(?!a)b|[z-a]|[\\p{L}]|[[:alpha:]]|\\u00e9|\\x41|\\x4|\\u{1F600}|\\e|\\cA|^$|\\Qa\\E|\\-\\/|(?P<1a>b)|(?P<a>b)(?P<a>c)".split(
            "|",
        ),
        ..."\\|[\\d-z]|(?<=a+)b|(?<=ab)c|\\N{DIGIT ONE}|\\N|a?+|(?:)|()|+|^*|(?P>a)|(?R)|[a\\]b]|(((a)))\\3|app.immich:///.*|(?s).*|(?L)a".split(
            "|",
        ),
        "(a)(?(1)b|c)",
        "a|b|",
    ];

    it("are judged as Python's re judges them, by which authentik compares redirect URIs", () => {
        const script =
            "import json, re, sys\ndef ok(p):\n    try:\n        re.compile(p)\n        return True\n    except Exception:\n        return False\nprint(json.dumps([ok(p) for p in json.load(sys.stdin)]))";
        const judged = JSON.parse(
            execFileSync("python3", ["-W", "ignore", "-c", script], { input: JSON.stringify(patterns) }).toString(),
        ) as boolean[];

        for (const [index, pattern] of patterns.entries())
            expect(
                pythonRegexProblem(pattern) === undefined,
                `${pattern}: ${pythonRegexProblem(pattern) ?? "fine"}`,
            ).to.equal(judged[index]);
    });

    it("are judged as Go's regexp judges them, by which outposts compare paths", () => {
        // As `regexp.Compile` of Go 1.26 does.
        const fine = [
            "(?i)^/api/.*",
            "(?<n>a)",
            "(?P<n>a)",
            "[[:alpha:]]",
            "\\p{L}",
            "\\z",
            "\\Qa(\\E",
            "(?i:a)",
            "a{,3}",
            "[^/]+$",
            "a{1000}",
        ];
        const wrong = [
            "^/(?!a)",
            "(?<=b)",
            "(a)\\1",
            "a++",
            "(?>a)",
            "(",
            "[z-a]",
            "a{1001}",
            "a{2,1}",
            "\\Z",
            "a**",
            "(?x)a",
            "\\C",
            "\\h",
            "*a",
            "(?P=n)",
        ];

        for (const pattern of fine) expect(re2Problem(pattern), pattern).to.equal(undefined);
        for (const pattern of wrong) expect(re2Problem(pattern), pattern).to.be.a("string");
    });
});
