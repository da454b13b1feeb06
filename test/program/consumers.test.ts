import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
    adminAccount,
    authentikOutputs,
    type AuthentikReference,
    ldapDirectory,
    outpostAccess,
    proxySnippets,
    radiusSecret,
    samlProvider,
    volumeName,
} from "../../components";
import { runUnderMocks } from "../support/mocks";
import { leavesOf, valueOf } from "../support/outputs";

const name = "organization/authentik-stack/prod";
const saml = {
    entityId: "authentik",
    metadata: "https://m",
    ssoPost: "https://p",
    ssoRedirect: "https://r",
    slo: "https://l",
};

/** Outputs as a stack of this program leaves them. */
const outputs = () => ({
    admin: { username: "akadmin", password: pulumi.secret("of the administrator") },
    outposts: {
        "ak-outpost-home": {
            token: pulumi.secret("of the outpost"),
            addresses: { backend_net: "http://ak-outpost-home:9000" },
            applications: ["dashboard"],
        },
        "ak-outpost-nas": {
            token: pulumi.secret("of the other outpost"),
            addresses: {},
            applications: ["nas"],
            snippets: { "docker-run": "docker run", compose: "services:" },
        },
    },
    applications: {
        dashboard: { url: "https://d", snippets: { caddy: "for caddy", nginx: "", npm: "", traefik: "" } },
        nextcloud: { url: "https://n", saml },
        nas: { url: "", ldap: { baseDn: "dc=nas", bindDn: "cn=nas", bindPassword: pulumi.secret("of the account") } },
        wifi: { url: "", radius: { sharedSecret: pulumi.secret("of the access point") } },
    },
    volumes: { media: "ak_media" },
});

/** What a program reads of that stack: each value, and whether it is secret. */
async function read(take: (reference: AuthentikReference) => object) {
    const make = () => ({ taken: take(authentikOutputs(new pulumi.StackReference("other", { name }))) });
    const { result } = await runUnderMocks(make, { stacks: { [name]: outputs() } });
    return Object.fromEntries(
        (await leavesOf(result.taken)).map(({ path, value, secret }) => [path, secret ? { secret: value } : value]),
    );
}

async function refusal(take: (reference: AuthentikReference) => pulumi.Output<unknown>): Promise<string> {
    const make = () => ({ taken: take(authentikOutputs(new pulumi.StackReference("other", { name }))) });
    return await runUnderMocks(async () => valueOf(make().taken).then(() => ({})), {
        stacks: { [name]: outputs() },
    }).then(
        () => "",
        (error: Error) => error.message,
    );
}

describe("another stack's outputs, with only what is secret marked so", () => {
    const rows: [string, (reference: AuthentikReference) => object, object][] = [
        [
            "an outpost with its token",
            (reference) => outpostAccess(reference, "ak-outpost-home"),
            {
                token: { secret: "of the outpost" },
                addresses: { backend_net: "http://ak-outpost-home:9000" },
                applications: ["dashboard"],
                snippets: undefined,
            },
        ],
        [
            "an outpost that runs elsewhere",
            (reference) => outpostAccess(reference, "ak-outpost-nas"),
            {
                token: { secret: "of the other outpost" },
                addresses: {},
                applications: ["nas"],
                snippets: { "docker-run": "docker run", compose: "services:" },
            },
        ],
        ["a SAML provider", (reference) => samlProvider(reference, "nextcloud"), saml],
        [
            "an LDAP directory",
            (reference) => ldapDirectory(reference, "nas"),
            { baseDn: "dc=nas", bindDn: "cn=nas", bindPassword: { secret: "of the account" } },
        ],
        [
            "a RADIUS client",
            (reference) => ({ shared: radiusSecret(reference, "wifi") }),
            { shared: { secret: "of the access point" } },
        ],
        [
            "what a proxy needs",
            (reference) => ({ caddy: proxySnippets(reference, "dashboard").caddy }),
            { caddy: "for caddy" },
        ],
        ["the administrator", adminAccount, { username: "akadmin", password: { secret: "of the administrator" } }],
        ["a volume", (reference) => ({ media: volumeName(reference, "media") }), { media: "ak_media" }],
    ];
    for (const [what, take, expected] of rows)
        it(`has ${what}`, async () => {
            expect(await read(take)).to.deep.equal(expected);
        });

    it("says what to do where there is none of that name or type", async () => {
        expect(await refusal((reference) => outpostAccess(reference, "ak-outpost-hom").token)).to.match(
            /has no ak-outpost-hom among its outposts \(there are ak-outpost-home, ak-outpost-nas\); add it to `outposts`/,
        );
        expect(await refusal((reference) => ldapDirectory(reference, "wifi").baseDn)).to.contain(
            "the provider of the application wifi is not of type ldap",
        );
    });
});
