import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage, projectFile } from "../config/documentation";
import { stackFileSchema } from "../config/json-schema";
import { commandsPage } from "./command/help";

/** `npm run docs`: generates docs/configuration.md and its JSON schema, docs/commands.md, and the configuration keys in Pulumi.yaml. */
const root = join(__dirname, "..");
const project = join(root, "Pulumi.yaml");
writeFileSync(project, projectFile(readFileSync(project, "utf8")));
writeFileSync(join(root, "docs/configuration.md"), configurationPage());
writeFileSync(join(root, "docs/commands.md"), commandsPage());
writeFileSync(join(root, "docs/configuration.schema.json"), `${JSON.stringify(stackFileSchema(), undefined, 2)}\n`);
