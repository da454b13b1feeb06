import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { indented, pythonProblem } from "../../../ground/python";

/** Whether Python takes each as authentik compiles it. */
function taken(expressions: string[]): boolean[] {
    const script = [
        "import json, sys, textwrap",
        "def takes(expression):",
        "    try:",
        "        compile('def handler(request):\\n' + textwrap.indent(expression, '    ') + '\\nresult = handler(1)', 'x', 'exec')",
        "        return True",
        "    except (SyntaxError, ValueError):",
        "        return False",
        "print(json.dumps([takes(one) for one in json.load(sys.stdin)]))",
    ];
    const input = JSON.stringify(expressions);
    return JSON.parse(
        execFileSync("python3", ["-I", "-S", "-c", script.join("\n")], { input }).toString(),
    ) as boolean[];
}

const good = [
    "return True",
    "return True;",
    "return ak_is_group_member(request.user, name='family')",
    'return request.user.email.endswith("@example.com")',
    'return ak_client_ip in ip_network("10.0.0.0/8")',
    "if ak_is_sso_flow:\n    return False\nelse:\n    ak_message('no')\n    return True",
    "for group in request.user.ak_groups.all():\n  if group.name.startswith('a'):\n    return True\nreturn False",
    "def inner(x):\n\n    return x\n\nreturn inner(1)",
    "return [x for x in (1, 2, 3) if x > 4.] == []",
    "return (4.,)",
    "if (n := len('a')) > 1: return n",
    "match request.user.username:\n    case 'a' | 'b':\n        return True\n    case _:\n        return False",
    'return f"{request.user.username!r:>{10}}" == ""',
    "return lambda *a, **k: (yield)",
    "try:\n    return True\nexcept Exception as error:\n    return False\nfinally:\n    pass",
    "import re\nreturn bool(re.search(r'\\d+', 'a1'))",
    "return {**{}, 'a': 1} and not [*()]",
    "return '''a\n  b'''",
    "# only a comment\nreturn 'ä' in 'ä'",
    "  return True",
    "\treturn True",
    "\f\nreturn True",
    "return 0x1F + 1_000 + 1e5 + 1j + .5",
    "async def f():\n    await g()\nreturn True",
    "with open('x') as a, open('y') as b:\n    return True",
    "return x if y else z",
    "return True\r\n",
];

const bad = [
    "return (",
    "return True)",
    "if x\n    return True",
    "if x:\nreturn True",
    "return x ==",
    "return &&",
    "return user.email.endsWith('a') && true",
    "x = = 1",
    "else:\n    return True",
    "return a if b",
    "{{ user }} !",
    "function () { return true }",
    "!Find [x]",
    "def f(:\n    pass",
];

describe("an expression in Python", () => {
    it("is taken where Python takes it", () => {
        expect(taken(good), "Python").to.not.include(false);
        for (const expression of good) expect(pythonProblem(expression), expression).to.equal(undefined);
    });

    it("is refused with the line where Python refuses it", () => {
        expect(taken(bad), "Python").to.not.include(true);
        for (const expression of bad) expect(pythonProblem(expression), expression).to.be.a("string");
        expect(pythonProblem("a = 1\nreturn (")).to.contain("line 2");
    });

    it("is moved to the right as Python does", () => {
        const text = "a\n\n  b\n \nc";
        const script = "import sys, textwrap; sys.stdout.write(textwrap.indent(sys.stdin.read(), '    '))";

        expect(indented(text)).to.equal(
            execFileSync("python3", ["-I", "-S", "-c", script], { input: text }).toString(),
        );
    });
});
