import eslint from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** The folders from top to bottom: each may only import from those below it. */
const layers = ["index.ts", "cli", "components", "config", "engine", "authentik", "ground"];
/** The separate folders, with those that each may import. */
const beside = { policy: ["authentik", "ground"], offline: [] };
/** These use everything above, which must not import them. */
const outside = ["test", "bench", "examples"];

const rooms = [...layers, ...Object.keys(beside), ...outside];
const allowed = {
    ...Object.fromEntries(layers.map((layer, index) => [layer, layers.slice(index + 1)])),
    ...beside,
};
const zones = Object.entries(allowed).map(([target, below]) => ({
    target: `./${target}`,
    from: rooms.filter((room) => room !== target && !below.includes(room)).map((room) => `./${room}`),
    message: `${target} may only import from ${[target, ...below].join(", ")}; see docs/contributing.md.`,
}));

export default tseslint.config(
    {
        ignores: [
            "node_modules/",
            "dist/",
            "out/",
            ".local/",
            "examples/provider/sdks/",
            "docs/.vitepress/{dist,cache}/",
        ],
    },
    eslint.configs.recommended,
    ...tseslint.configs.recommendedTypeChecked,
    {
        files: ["**/*.ts"],
        plugins: { "@pulumi": pulumi, "import-x": importX },
        settings: {
            "import-x/extensions": [".ts"],
            "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
            "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".json"] })],
        },
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/prefer-nullish-coalescing": "error",
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
            "import-x/no-cycle": ["error", { ignoreExternal: true }],
            "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
            "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
        },
    },
    {
        // chai's assertions are expressions.
        files: ["test/**/*.ts"],
        rules: { "@typescript-eslint/no-unused-expressions": "off" },
    },
    { files: ["**/*.mjs"], extends: [tseslint.configs.disableTypeChecked] },
);
