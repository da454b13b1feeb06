import type { Policies } from "@pulumi/policy";
import {
    capabilities,
    memoryLimits,
    noDockerSocket,
    noHostNamespaces,
    noNewPrivileges,
    noPrivileged,
    noRoot,
    readOnlyRoot,
} from "./rules/hardening";
import { imageDigests, imageTags } from "./rules/images";
import { publishedPorts } from "./rules/ports";
import { generatedSecrets, secretsInSettings } from "./rules/secrets";
import { dataVolumes } from "./rules/volumes";
import { strictInProduction } from "./production";

/** Every policy of the pack. */
export const policies: Policies = [
    secretsInSettings,
    generatedSecrets,
    imageTags,
    ...strictInProduction(imageDigests),
    noPrivileged,
    noHostNamespaces,
    noDockerSocket,
    noNewPrivileges,
    capabilities,
    noRoot,
    ...strictInProduction(readOnlyRoot),
    publishedPorts,
    ...strictInProduction(dataVolumes),
    ...strictInProduction(memoryLimits),
];
