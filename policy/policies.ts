import type { Policies } from "@pulumi/policy";
import { generatedSecrets } from "./rules/generated-secrets";
import {
    capabilities,
    noDockerSocket,
    noHostNamespaces,
    noNewPrivileges,
    noPrivileged,
    readOnlyRoot,
} from "./rules/hardening";
import { imageDigests, imageTags } from "./rules/images";
import { memoryLimits } from "./rules/memory";
import { publishedPorts } from "./rules/ports";
import { secretsInSettings } from "./rules/secrets";
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
    ...strictInProduction(readOnlyRoot),
    publishedPorts,
    ...strictInProduction(dataVolumes),
    ...strictInProduction(memoryLimits),
];
