import { expect } from "chai";
import { clientEnvironment, type Preset, presetRedirectUris, presets } from "../../../../authentik/presets";
import { example } from "./example";

/** What breaks a text that is only pasted together. */
const hostile = `a"b\\c'd\n{clientId}$&{`;

function preset(changes: Partial<Preset>): Preset {
    return { ...presets.mealie, ...changes };
}

describe("filling a preset in", () => {
    for (const [name, value] of Object.entries(presets)) {
        it(`knows every placeholder of ${name}`, () => {
            const text = JSON.stringify([clientEnvironment(value, example), presetRedirectUris(value, example.url)]);

            expect(text).to.not.match(/\{[a-z]+\}/i);
        });

        it(`leaves JSON of ${name} sound, and hostile values as they are`, () => {
            const values = { ...example, ...Object.fromEntries(Object.keys(example).map((key) => [key, hostile])) };
            values.scopes = [hostile];

            const filled = clientEnvironment(value, values);

            for (const [key, template] of Object.entries<unknown>(value.environment)) {
                const seen: unknown = typeof template === "string" ? filled[key] : JSON.parse(filled[key] ?? "");
                expect(seen).to.deep.equal(expected(template));
            }
        });
    }

    it("has the scopes of the client, not those of the preset, in whatever form the application takes", () => {
        const scopes = ["openid", "offline_access", "email"];
        const filled = (name: keyof typeof presets) =>
            JSON.stringify(clientEnvironment(presets[name], { ...example, scopes }));

        expect(filled("grafana")).to.contain('"openid offline_access email"');
        expect(filled("minio")).to.contain('"openid,offline_access,email"');
        expect(filled("vaultwarden")).to.contain('"offline_access email"');
        expect(clientEnvironment(presets.synapse, { ...example, scopes })["homeserver.yaml"]).to.contain(
            '"scopes":["openid","offline_access","email"]',
        );
    });

    it("refuses a placeholder that nothing is known for", () => {
        const unknown = preset({ environment: { A: { b: ["{clientSecrets}"] } } });

        expect(() => clientEnvironment(unknown, example)).to.throw("nothing is known for {clientSecrets}");
    });

    it("refuses a redirect URI with another placeholder than the URL", () => {
        const unknown = preset({ redirectUris: [{ matching: "strict", url: "{url}/{slug}" }] });

        expect(() => presetRedirectUris(unknown, example.url)).to.throw("nothing is known for {slug}");
    });

    it("escapes the URL in a regular expression, and nothing else of it", () => {
        const regex = preset({ redirectUris: [{ matching: "regex", url: "{url}/alt/[a-z]{2,3}/" }] });

        const [uri] = presetRedirectUris(regex, "https://a.example.com:8443/x+y");

        expect(uri).to.deep.equal({
            matching: "regex",
            url: "https://a\\.example\\.com:8443/x\\+y/alt/[a-z]{2,3}/",
        });
        const whole = new RegExp(`^(?:${uri?.url})$`);
        expect(whole.test("https://a.example.com:8443/x+y/alt/ab/")).to.equal(true);
        expect(whole.test("https://aXexample.com:8443/x+y/alt/ab/")).to.equal(false);
    });

    it("takes a URL with a slash at its end", () => {
        const url = `${example.url}/`;

        expect(presetRedirectUris(presets.paperless, url)).to.deep.equal(
            presetRedirectUris(presets.paperless, example.url),
        );
        expect(clientEnvironment(presets.grafana, { ...example, url }).GF_SERVER_ROOT_URL).to.equal(example.url);
    });
});

/** The template with the hostile text in place of each placeholder, put together in another way than the code does. */
function expected(template: unknown): unknown {
    if (template === "{scopeList}") return [hostile];
    if (typeof template === "string") return template.split(/\{[a-zA-Z]+\}/).join(hostile);
    if (Array.isArray(template)) return template.map(expected);
    if (typeof template !== "object" || template === null) return template;
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, expected(value)]));
}
