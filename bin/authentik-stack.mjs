#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import console from "node:console";
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
if (!existsSync(path("../cli/authentik-stack.ts"))) {
    console.error(
        "The published package has the components only. The commands work on a stack's files, in a clone of the project.",
    );
    process.exit(1);
}
load("tsx/cjs");
load("../cli/authentik-stack.ts");
