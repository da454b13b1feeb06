import { provider } from "@pulumi/pulumi";
import { PackageProvider } from "./package-provider";

/** What Pulumi runs for plugin/PulumiPlugin.yaml: serves the package until the engine ends it. */
void provider.main(new PackageProvider(), process.argv.slice(2));
