import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";

/** Runs Pulumi's own installer: `pulumi-installer.ts <folder> <version>`. */
const [root, version] = process.argv.slice(2);
if (root === undefined || version === undefined) throw new Error("usage: pulumi-installer.ts <folder> <version>");
PulumiCommand.install({ root, version: new SemVer(version), skipVersionCheck: true }).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
});
