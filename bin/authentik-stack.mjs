#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";

/** What node itself can do without; older ones lack parts of it that the program uses. */
const oldest = 22;
const load = createRequire(import.meta.url);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

if (Number(process.versions.node.split(".")[0]) < oldest && existsSync(path("../node_modules/.bin/node"))) {
    const run = [path("../node_modules/.bin/node"), [path("authentik-stack.mjs"), ...process.argv.slice(2)]];
    process.exit(spawnSync(...run, { stdio: "inherit" }).status ?? 1);
}
// A clone runs from its sources; a published package has only what was compiled from them.
if (existsSync(path("../cli/authentik-stack.ts"))) {
    load("tsx/cjs");
    load("../cli/authentik-stack.ts");
} else load("../dist/cli/authentik-stack.js");
