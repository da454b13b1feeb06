import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Something that the library exports, by the name that other programs import. */
export interface Export {
    name: string;
    isType: boolean;
    /** The code of its @example; undefined where it has none. */
    example: string | undefined;
}

/** What the examples take as given. */
const given: Record<string, string> = {
    config: "Config",
    context: "Context",
    networks: "Networks",
    database: "PostgresConnection",
    redis: "Redis",
    instance: "Instance",
    server: "Server",
    worker: "Worker",
    blueprints: "Blueprints",
    outpost: "Outpost",
    authentik: "AuthentikStack",
    reference: "AuthentikReference",
    client: "OidcClientReference",
    token: "pulumi.Output<string>",
    mail: "{ address: pulumi.Output<string> }",
};

/** A program of another repository that has every example in it, for the compiler. */
export function exampleProgram(): string {
    const face = publicFace();
    const names = face.map(({ name, isType }) => `${isType ? "type " : ""}${name}`);
    return [
        'import * as docker from "@pulumi/docker";',
        'import * as pulumi from "@pulumi/pulumi";',
        `import { ${names.join(", ")} } from "authentik-stack";`,
        ...Object.entries(given).map(([name, type]) => `declare const ${name}: ${type};`),
        ...face.map(({ name, example = "" }) => `export const of${name} = async () => {\n${example}\n};`),
    ].join("\n");
}

const index = join(__dirname, "../../components/index.ts");

/** What components/index.ts exports, with what its docstring at its declaration shows. */
export function publicFace(): Export[] {
    return parse(index).statements.flatMap((statement) => {
        if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return [];
        if (!ts.isNamedExports(statement.exportClause)) throw new Error("an export without names cannot be looked up");
        const from = (statement.moduleSpecifier as ts.StringLiteral).text;
        return statement.exportClause.elements.map(({ name, isTypeOnly }) => ({
            name: name.text,
            isType: statement.isTypeOnly || isTypeOnly,
            example: exampleOf(declarationOf(join(index, "..", from), name.text)),
        }));
    });
}

/** Where a module declares a name, or the module that it hands it on from does. */
function declarationOf(module: string, name: string): ts.Node {
    const file = parse(ts.sys.fileExists(`${module}.ts`) ? `${module}.ts` : join(module, "index.ts"));
    for (const statement of file.statements) {
        const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
        if ((declared as ts.NamedDeclaration).name?.getText(file) === name) return statement;
        if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue;
        if (statement.exportClause?.getText(file).includes(name) === true)
            return declarationOf(join(module, "..", (statement.moduleSpecifier as ts.StringLiteral).text), name);
    }
    throw new Error(`${module} declares no ${name}`);
}

function exampleOf(declaration: ts.Node): string | undefined {
    const tag = ts.getJSDocTags(declaration).find(({ tagName }) => tagName.text === "example");
    return tag && ts.getTextOfJSDocComment(tag.comment);
}

function parse(path: string): ts.SourceFile {
    return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}
