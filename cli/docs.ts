import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage, projectFile } from "../config/documentation";

/** `npm run docs`: generates docs/configuration.md, and the configuration keys in Pulumi.yaml, from the schema. */
const root = join(__dirname, "..");
const project = join(root, "Pulumi.yaml");
writeFileSync(project, projectFile(readFileSync(project, "utf8")));
writeFileSync(join(root, "docs/configuration.md"), configurationPage());
