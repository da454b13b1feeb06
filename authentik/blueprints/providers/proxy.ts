import type { ApplicationOf, ProxyType } from "../../../config/applications";
import { signIn, signInRequires } from "../flows";
import type { ProviderDeclaration } from "./provider";

/** A provider for an outpost that lets only signed-in people through, as a proxy itself or asked by one. */
export function proxyProvider(provider: ApplicationOf<ProxyType>["provider"]): ProviderDeclaration {
    const { basicAuth } = provider;
    return {
        requires: signInRequires,
        attrs: {
            ...signIn,
            mode: provider.type,
            external_host: provider.externalHost,
            internal_host: provider.type === "proxy" ? provider.internalHost : "",
            cookie_domain: provider.type === "forward_domain" ? provider.cookieDomain : "",
            skip_path_regex: provider.skipPaths.join("\n"),
            intercept_header_auth: provider.interceptAuthorization,
            basic_auth_enabled: basicAuth !== undefined,
            basic_auth_user_attribute: basicAuth?.usernameAttribute ?? "",
            basic_auth_password_attribute: basicAuth?.passwordAttribute ?? "",
        },
    };
}
