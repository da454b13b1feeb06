import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type DeviceCheck, secretsIn } from "../../../authentik/checks";
import { servingChecks } from "../../../authentik/declarations";
import type { ApplicationConfig } from "../../../authentik/providers";
import { configured } from "../../support/applications";
import { type Answers, type Directory, directory, radiusServer } from "../../support/devices";
import { answer, type Answering, runProbe } from "../../support/probe";

const base = { baseDn: "DC=ldap,DC=example,DC=com" };
const provider = { ldap: { type: "ldap", outpost: "o", ...base }, radius: { type: "radius", outpost: "o" } };
const rac = { type: "rac", outpost: "o", endpoints: [{ name: "one", protocol: "ssh", host: "server1" }] };

describe("what the probe asks as a device does", () => {
    let folder: string;
    let server: Answering;
    let outpost: Answers;
    /** What the server's API answers, by path. */
    let api: Record<string, unknown>;
    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "devices-"));
        writeFileSync(join(folder, "token"), "tok3n\n");
        writeFileSync(join(folder, "secret"), "pass wörd");
        server = await answer(({ url = "", headers }, response) => {
            const found = api[new URL(url, server.url).pathname.replace("/api/v3/", "")];
            response.statusCode = headers.authorization === "Bearer tok3n" && found !== undefined ? 200 : 404;
            response.end(JSON.stringify(found ?? {}));
        });
    });
    beforeEach(() => {
        api = {};
    });
    after(async () => {
        rmSync(folder, { recursive: true });
        await server.close();
    });

    /** Asks once for all that is to be served of these applications, with files in the place of those of the job. */
    const ask = async (applications: ApplicationConfig[], url: string) => {
        const checks = servingChecks(server.url, [{ outpost: "o", internalUrl: url }], applications);
        const placed = JSON.stringify(checks.filter((check) => "asks" in check))
            .replaceAll(/\/run\/secrets\/api_token/g, join(folder, "token"))
            .replaceAll(/\/run\/secrets\/application_\w+/g, join(folder, "secret"));
        const { code, output, errors } = await runProbe(JSON.parse(placed) as DeviceCheck[], 0);
        expect(errors).to.equal("");
        expect(output).to.not.match(/tok3n|pass w/);
        return { code, output };
    };

    describe("of an LDAP outpost", () => {
        afterEach(() => outpost.close());
        const bound = async (answers: Directory, more: object = {}) => {
            outpost = await directory(answers);
            return ask([configured({ slug: "dir", name: "Directory", provider: provider.ldap, ...more })], outpost.url);
        };
        const denying = (passing: boolean) => {
            api = {
                "core/users/": { results: [{ pk: 7 }] },
                "core/applications/dir/check_access/": { passing },
            };
        };

        it("binds with the application's own account and its password, and finds the stack's", async () => {
            expect(await bound({ bind: 0 })).to.deep.equal({ code: 0, output: "" });

            const [bind = "", search = ""] = outpost.received.map(String);
            expect(bind).to.contain("cn=ldap-dir,ou=users,DC=ldap,DC=example,DC=com").and.contain("pass wörd");
            expect(search).to.contain("authentik-stack").and.contain("cn");
        });

        const failures: [what: string, answers: Directory, said: RegExp][] = [
            ["a wrong password", { bind: 49 }, /bind of ldap-dir with 49 \(invalid credentials\): .*another password/],
            ["no such directory", { bind: 50 }, /with 50 \(insufficient access rights\): .*not know this directory/],
            ["an outpost that fails", { bind: 1 }, /with 1 \(operations error\): .*not reach authentik/],
            ["no right to search", { bind: 0, search: 50 }, /answered a search with 50 \(insufficient access rights\)/],
            [
                "a search that finds nobody",
                { bind: 0, finds: 0 },
                /lets ldap-dir in, who does not find authentik-stack/,
            ],
            ["no answer", {}, /no answer \(/],
        ];
        for (const [what, answers, said] of failures)
            it(`names outpost, answer and cause for ${what}`, async () => {
                const { code, output } = await bound(answers);

                expect(code).to.equal(1);
                expect(output)
                    .to.match(/^dir behind o: /)
                    .and.match(said);
            });

        it("takes authentik's refusal for an answer where who may enter is left to it, else for a failure", async () => {
            denying(false);
            expect((await bound({ bind: 50 })).code).to.equal(0);
            await outpost.close();

            const owned = await bound({ bind: 50 }, { group: "family" });
            expect(owned.code).to.equal(1);
            expect(owned.output).to.contain("authentik's policies keep it out of the application");
        });

        it("asks again where authentik says that the account may enter", async () => {
            denying(true);
            expect((await bound({ bind: 50 })).output).to.contain("does not know this directory yet");
        });
    });

    describe("of a RADIUS outpost", () => {
        afterEach(() => outpost.close());
        const asked = async (secret: string, more: object = {}, isForged = false) => {
            outpost = await radiusServer(secret, isForged);
            const connected = { pk: "p", name: "o" };
            api = {
                "outposts/instances/": { pagination: { next: 0 }, results: [connected] },
                "outposts/instances/p/health/": [{ last_seen: new Date(Date.now() + 60_000).toISOString() }],
            };
            const radius = { ...provider.radius, ...more };
            return ask([configured({ slug: "vpn", name: "VPN", provider: radius })], outpost.url);
        };

        it("takes a refusal that is signed with the shared secret, for a user that there is not", async () => {
            expect(await asked("pass wörd")).to.deep.equal({ code: 0, output: "" });

            const [request = Buffer.alloc(0)] = outpost.received;
            expect(request[0]).to.equal(1);
            expect(request.readUInt16BE(2)).to.equal(request.length);
            expect(request.toString()).to.contain("authentik-stack-proof");
            const zeroed = Buffer.concat([request.subarray(0, -16), Buffer.alloc(16)]);
            expect(request.subarray(-16)).to.deep.equal(createHmac("md5", "pass wörd").update(zeroed).digest());
        });

        it("does not take the answer of one who has another secret, or a forged message", async () => {
            const said = "vpn behind o: answered with another shared secret than the configuration's";
            expect((await asked("another")).output).to.contain(said);
            await outpost.close();
            expect((await asked("pass wörd", {}, true)).output).to.contain(said);
        });

        it("asks nothing where the address of the proof is in none of the networks", async () => {
            expect(await asked("another", { clientNetworks: ["192.0.2.0/24"] })).to.include({ code: 0 });
            expect(outpost.received).to.have.length(0);
        });

        it("takes any address of a network for all of it, as authentik does", async () => {
            expect(await asked("pass wörd", { clientNetworks: ["127.0.0.200/8", "fe80::1/64"] })).to.include({
                code: 0,
            });
            expect(outpost.received).to.have.length(1);
        });
    });

    describe("of an outpost for remote access", () => {
        const instances = { pagination: { next: 0 }, results: [{ pk: "p", name: "o" }] };
        const desk = configured({ slug: "desk", name: "Desk", provider: rac });
        const heard = (seconds: number) => {
            const last_seen = new Date(Date.now() + seconds * 1000).toISOString();
            api = { "outposts/instances/": instances, "outposts/instances/p/health/": [{ last_seen }] };
        };

        it("is whether the server heard from it since the proof began", async () => {
            heard(60);
            expect(await ask([desk], "http://o:9300")).to.deep.equal({ code: 0, output: "" });

            heard(-12);
            expect((await ask([desk], "http://o:9300")).output).to.match(
                /^the outpost o of desk: has no connection to authentik's server/,
            );
        });

        it("says that authentik does not have it, or does not answer", async () => {
            api = { "outposts/instances/": { ...instances, results: [] } };
            expect((await ask([desk], "http://o:9300")).output).to.contain("is not in authentik");

            api = {};
            expect((await ask([desk], "http://o:9300")).output).to.contain("authentik answered 404 to GET outposts");
        });
    });
});

describe("the secrets of the proof", () => {
    const checksOf = (...applications: object[]) =>
        servingChecks(
            "http://server:9000",
            [{ outpost: "o", internalUrl: "radius://o:1812" }],
            applications.map((one) => configured({ name: "A", ...one })),
        );

    it("are those of the applications that devices sign in to, and the token", () => {
        const checks = checksOf({ slug: "dir", provider: provider.ldap }, { slug: "vpn", provider: provider.radius });

        expect([...new Set(secretsIn(checks))].sort()).to.deep.equal([
            "/run/secrets/api_token",
            "/run/secrets/application_dir",
            "/run/secrets/application_vpn",
        ]);
        expect(secretsIn(checksOf({ slug: "wiki", provider: { type: "oidc", redirectUris: [] } }))).to.deep.equal([]);
    });

    it("are of every RADIUS application of the outpost, which tells them apart by the address that asks", () => {
        const office = { ...provider.radius, clientNetworks: ["10.0.0.0/8"] };
        const checks = checksOf({ slug: "vpn", provider: provider.radius }, { slug: "office", provider: office });

        const clients = checks.flatMap((check) => ("asks" in check && check.asks === "radius" ? [check.clients] : []));
        expect(clients[0]).to.deep.equal(clients[1]);
        expect(clients[0]?.map(({ networks }) => networks)).to.deep.equal([["0.0.0.0/0", "::/0"], ["10.0.0.0/8"]]);
    });
});
