import { expect } from "chai";
import { join } from "node:path";
import ts from "typescript";
import { monitoring } from "../../../authentik/monitoring";

/** What TypeScript finds wrong with a dashboard, as a literal of the type that Grafana publishes for its JSON. */
function problemsOf(dashboard: string): string[] {
    const file = join(__dirname, "dashboard-of-a-test.ts");
    const text = `import type { Dashboard } from "@grafana/schema";\nexport const dashboard: Dashboard = ${dashboard};\n`;
    const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
        lib: ["lib.es2022.d.ts"],
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
    };
    const disk = ts.createCompilerHost(options);
    const host: ts.CompilerHost = {
        ...disk,
        fileExists: (name) => name === file || disk.fileExists(name),
        getSourceFile: (name, language) =>
            name === file ? ts.createSourceFile(name, text, language) : disk.getSourceFile(name, language),
    };
    const program = ts.createProgram([file], options, host);
    return ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the dashboard for Grafana", function () {
    this.timeout(60_000);
    const { dashboard } = monitoring("dev", [{ host: "authentik-server", role: "server" }]);

    it("has the form that Grafana's own schema gives a dashboard", () => {
        expect(problemsOf(dashboard)).to.deep.equal([]);
    });

    it("would be found to have another one", () => {
        const planted = dashboard
            .replace('"schemaVersion": 39', '"schemaVersion": "39"')
            .replaceAll("gridPos", "gridpos");
        const problems = problemsOf(planted).join("\n");
        expect(problems).to.contain("'string' is not assignable to type 'number'").and.to.contain("gridpos");
    });
});
