import { expect } from "chai";
import { oidcEndpoints } from "../../../authentik/oidc";
import { recorded } from "../../contract/support/exchanges";

describe("the endpoints of an OIDC provider", () => {
    const { body } = recorded("openid-configuration").response as { body: Record<string, string> };

    it("are the ones that authentik's discovery document names", () => {
        const { discovery, ...named } = oidcEndpoints("http://auth.test:19000", "paperless");

        expect(named).to.deep.equal({
            issuer: body.issuer,
            authorize: body.authorization_endpoint,
            token: body.token_endpoint,
            userinfo: body.userinfo_endpoint,
            jwks: body.jwks_uri,
            endSession: body.end_session_endpoint,
        });
        expect(discovery).to.equal(`http://auth.test:19000${recorded("openid-configuration").request.path}`);
    });

    it("are the same whether the URL ends in a slash or not", () => {
        expect(oidcEndpoints("https://auth.example.com/", "a")).to.deep.equal(
            oidcEndpoints("https://auth.example.com", "a"),
        );
    });
});
