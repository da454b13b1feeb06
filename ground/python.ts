import { createRequire } from "node:module";

/** Loaded when the first expression is checked: few configurations have one, and every preview would wait for it. */
const load = createRequire(__filename);

/**
 * Why Python does not take an expression of authentik's, the body of a function; undefined when it does. Only what no
 * Python takes is found: authentik compiles the expression itself when it is applied, and says what it then refuses.
 *
 * Source: authentik/lib/expression/evaluator.py, wrap_expression.
 */
export function pythonProblem(expression: string): string | undefined {
    const { parser } = load("@lezer/python") as typeof import("@lezer/python");
    const head = "def handler():\n";
    const source = `${head}${indented(normal(expression))}\n`;
    let wrong: number | undefined;
    parser.parse(source).iterate({
        enter: ({ type, from }) => {
            if (type.isError) wrong ??= from;
        },
    });
    if (wrong === undefined) return undefined;
    const before = source.slice(head.length, wrong).trimEnd().split("\n");
    return `is not valid Python near line ${before.length}`;
}

/** What this parser does not know, as something that it does: form feeds, `4.`, and a lone `yield`. */
function normal(expression: string): string {
    return expression
        .replaceAll("\f", " ")
        .replace(/(?<![\w.])(\d+)\.(?![\w.])/g, "$1.0")
        .replace(/\byield\b(?=[ \t]*([)\n;#]|$))/g, "yield 0");
}

/** A text with every line of it moved to the right, as Python's textwrap.indent does: blank lines stay as they are. */
export function indented(text: string): string {
    return text.replace(/^(?=.*\S)/gm, "    ");
}

/** A text as Python writes it: what JSON may have in a text means the same there. */
export function pythonText(text: string): string {
    return JSON.stringify(text);
}
