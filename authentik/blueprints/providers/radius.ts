import type { ApplicationOf } from "../../../config/applications";
import { applicationSecretPath } from "../../application-secret";
import { file } from "../document";
import { flow } from "../flows";
import type { ProviderDeclaration } from "./provider";

/** A RADIUS server for network devices. */
export function radiusProvider(slug: string, provider: ApplicationOf<"radius">["provider"]): ProviderDeclaration {
    return {
        requires: ["Default - Authentication flow", "Default - Invalidation flow"],
        attrs: {
            authorization_flow: flow("default-authentication-flow"),
            invalidation_flow: flow("default-invalidation-flow"),
            client_networks: provider.clientNetworks.join(","),
            shared_secret: file(applicationSecretPath(slug)),
        },
    };
}
