import { oidcEndpoints } from "../../../../authentik/oidc";
import type { ClientValues } from "../../../../authentik/presets";

/** A client of an authentik at https://auth.example.com. */
export const example: ClientValues = {
    url: "https://app.example.com",
    slug: "app",
    name: "App",
    clientId: "the-id",
    clientSecret: "the-secret",
    scopes: ["openid", "email", "profile"],
    ...oidcEndpoints("https://auth.example.com", "app"),
};
