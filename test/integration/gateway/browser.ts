import { expect } from "chai";
import type { AuthentikOutputs } from "../../../components/outputs";
import { ask as post } from "../../contract/support/http";
import type { StackUnderTest } from "../support/stack-under-test";
import { Window } from "../support/window";

/** A stack whose gateway is visited. */
interface Visited {
    stack: StackUnderTest;
    /** Where it is reached, and the root of its certificates. */
    reach: { port: number; ca: string };
    /** URL of a name of it, and a path. */
    at: (name: string, path?: string) => string;
}

/**
 * Tests that visit a stack in a browser.
 *
 * @param visited asked once the stack is up.
 */
export function visitInBrowser(visited: () => Visited): void {
    describe("in a browser", function () {
        // It gives up what it does when the host gets another network interface, as with each container that starts.
        this.retries(3);
        let window: Window;
        const at = (name: string, path?: string) => visited().at(name, path);
        const enter = async (name: string, path = "/") => {
            const { admin } = valuesOf(await visited().stack.outputs());
            const url = await window.enter(at(name, path), admin.username, admin.password);
            return { url: new URL(url), seen: await window.page.innerText("body") };
        };
        before(async () => {
            window = await Window.open(visited().reach.ca);
        });
        after(() => window.close());

        it("is trusted by one that has its root, and by no other", async () => {
            const stranger = await Window.open();
            const refusal = await stranger.page.goto(at("authentik")).catch(String);
            await stranger.close();
            expect(refusal).to.contain("ERR_CERT_AUTHORITY_INVALID");
            await window.page.goto(at("authentik"));
            expect(await window.protocol()).to.equal("h2");
        });

        for (const [kind, name, path] of [
            ["forward_single", "books", "/deep?x=1"],
            // authentik leads back without the query here.
            ["proxy", "tv", "/deep"],
            ["forward_domain", "photos.home", "/deep?x=1"],
        ] as const)
            it(`leads a person who signs in to an application of the type ${kind}`, async () => {
                await window.page.context().clearCookies();
                const { url, seen } = await enter(name, path);
                expect(url.href).to.equal(at(name, path));
                expect(JSON.parse(seen)).to.include({ "x-authentik-username": "akadmin" });
                const cookies = await window.page.context().cookies();
                expect(cookies.filter(({ domain }) => domain === "authentik.localhost")).to.not.be.empty;
            });

        it("leads one to an application that asks authentik itself, whose code gets a token", async () => {
            const { applications } = valuesOf(await visited().stack.outputs());
            const { clientId = "", clientSecret = "" } = applications["wiki"]?.oidc ?? {};
            const redirect = at("wiki", "/callback");
            const query = {
                client_id: clientId,
                redirect_uri: redirect,
                response_type: "code",
                scope: "openid",
                state: "s",
            };
            await window.page.context().clearCookies();

            const { url } = await enter(
                "authentik",
                `/application/o/authorize/?${new URLSearchParams(query).toString()}`,
            );

            expect(url.href).to.contain(`${redirect}?`);
            const code = url.searchParams.get("code") ?? "";
            const grant = { grant_type: "authorization_code", code, redirect_uri: redirect };
            const body = new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret }).toString();
            const headers = {
                host: new URL(at("authentik")).host,
                "content-type": "application/x-www-form-urlencoded",
            };
            const path = "/application/o/token/";
            const answer = await post(visited().reach.port, { method: "POST", path, headers, body, isSecure: true });
            expect(JSON.parse(answer.body), answer.body).to.include.keys("access_token", "id_token");
        });

        it("shows the login page, and no blank one", async () => {
            await window.page.goto("about:blank");
            const blank = await window.page.screenshot();
            await window.page.goto(at("authentik", "/if/flow/default-authentication-flow/"));
            expect(blank.equals(await window.page.screenshot()), "the same picture").to.equal(false);
        });

        it("is a place where passkeys can be made", async () => {
            await window.page.goto(at("authentik", "/if/flow/default-authentication-flow/"));
            expect(await window.passkey()).to.equal("public-key");
        });

        it("speaks HTTP/3", async () => {
            const { host } = new URL(at("authentik"));
            const other = await Window.open(visited().reach.ca, `--origin-to-force-quic-on=${host}`);
            await other.page.goto(at("authentik", "/if/flow/default-authentication-flow/"));
            const protocol = await other.protocol();
            await other.close();
            expect(protocol).to.equal("h3");
        });
    });
}

function valuesOf(outputs: Awaited<ReturnType<StackUnderTest["outputs"]>>): AuthentikOutputs {
    const values = Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]);
    return Object.fromEntries(values) as AuthentikOutputs;
}
