import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { CertificateFacts } from "../../../authentik/certificates";
import { existingObjects } from "../../../authentik/existing";
import { configured } from "../../support/applications";
import { authority } from "../../support/certificates";
import { answer, type Answering } from "../../support/probe";

type Row = Record<string, unknown>;

const oauth2 = "providers/oauth2";
const client = (pk: number, name: string, client_id: string): Row => ({ pk, name, client_id });
const application = (slug: string, provider: number | null, backchannel_providers: number[] = []): Row => ({
    ...{ pk: `pk of ${slug}`, slug, provider, backchannel_providers },
});
const binding = (pk: string, target: string, by: Row, more: Row = {}): Row => ({
    ...{ pk, target, order: 0, enabled: true, negate: false, policy_obj: null, group_obj: null, user_obj: null },
    ...by,
    ...more,
});
const group = (name: string): Row => ({ group_obj: { name } });

describe("what exists in authentik", () => {
    let folder: string;
    let server: Answering;
    let lists: Record<string, Row[]>;
    const changes: string[] = [];
    /** What it answers first, down to the last byte, before it is itself again. */
    const faults: string[] = [];
    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "existing-"));
        writeFileSync(join(folder, "token"), "a-token\n");
        server = await answer(({ url = "", method = "", headers }, response) => {
            const { pathname, searchParams } = new URL(url, server.url);
            const path = pathname.replace("/api/v3/", "").replace(/\/$/, "");
            if (headers.authorization !== "Bearer a-token") return send(response, 403, {});
            const fault = faults.shift();
            if (fault !== undefined) return response.socket?.end(fault);
            if (method === "GET") return send(response, 200, pageOf(lists[path] ?? [], searchParams));
            changes.push(`${method} ${path}`);
            return send(response, method === "DELETE" ? 204 : 200, method === "DELETE" ? undefined : {});
        });
    });
    beforeEach(() => {
        lists = {};
        changes.length = 0;
    });
    after(async () => {
        rmSync(folder, { recursive: true });
        await server.close();
    });

    /** Three objects a page, so that every list has to be read to its end. */
    const pageOf = (rows: Row[], query: URLSearchParams) => {
        const page = Number(query.get("page"));
        const next = rows.length > page * 3 ? page + 1 : 0;
        return { pagination: { next }, results: rows.slice((page - 1) * 3, page * 3) };
    };
    const send = (response: ServerResponse, status: number, body: unknown) => {
        response.statusCode = status;
        response.end(body === undefined ? undefined : JSON.stringify(body));
    };

    /** Runs a function of the script, and returns what it printed, and what it found in the way. */
    const run = (call: "take_over" | "only_ways_in", ...applications: object[]) =>
        called(call, {
            applications: applications.map((keys) => configured({ name: "An application", ...keys })),
        });
    const called = (call: string, declared: CertificateFacts, ...more: string[]) => {
        const path = join(folder, "existing.json");
        writeFileSync(path, JSON.stringify({ ...existingObjects(declared, server.url), token: join(folder, "token") }));
        const script = [
            "import json, sys",
            `sys.path.insert(0, ${JSON.stringify(join(__dirname, "../../../authentik"))})`,
            "sys.dont_write_bytecode = True",
            "import existing",
            `found = existing.${call}(json.load(open(${JSON.stringify(path)}))${more.map((one) => `, ${one}`).join("")})`,
            "print(json.dumps(found))",
        ];
        return new Promise<{ notes: string[]; problems: string[] }>((resolve, reject) => {
            execFile("python3", ["-I", "-S", "-c", script.join("\n")], (error, output) => {
                const lines = output.trim().split("\n");
                if (error === null) resolve({ problems: JSON.parse(lines.pop() ?? "") as string[], notes: lines });
                else reject(new Error(error.message));
            });
        });
    };
    const redirectUris = ["https://wiki.example.com/cb"];
    const wiki = (provider: object = {}, keys: object = {}) => ({
        slug: "wiki",
        provider: { type: "oidc", redirectUris, ...provider },
        ...keys,
    });

    it("is asked for again where the server restarts in the middle of an answer", async () => {
        lists = { [oauth2]: [client(1, "wiki", "wiki")] };
        const head = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n";
        faults.push(`${head}{"pagi`, `${head.replace("99", "6")}{"pagi`, "HTTP");

        expect(await run("take_over", wiki())).to.deep.equal({ notes: [], problems: [] });
        expect(faults).to.deep.equal([]);
    });

    describe("under another name", () => {
        it("is left alone where it has the name already, or is not there", async () => {
            lists = { [oauth2]: [client(1, "wiki", "wiki"), client(2, "Other", "other")] };

            expect(await run("take_over", wiki())).to.deep.equal({ notes: [], problems: [] });
            expect(changes).to.deep.equal([]);
        });

        it("is a provider that is taken over by its client id, on whatever page of the list", async () => {
            const others = [1, 2, 3, 4, 5].map((pk) => client(pk, `Other ${pk}`, `other-${pk}`));
            lists = { [oauth2]: [...others, client(7, "Provider for Wiki", "abc")] };

            expect((await run("take_over", wiki({ clientId: "abc" }))).notes).to.deep.equal([
                "warning: the provider Provider for Wiki (number 7) is taken over for the application wiki",
            ]);
            expect(changes).to.deep.equal([`PATCH ${oauth2}/7`]);
        });

        it("is a provider of an application made by hand, whose client id changes unless it is named", async () => {
            lists = { [oauth2]: [client(7, "By hand", "abc")], "core/applications": [application("wiki", 7)] };

            expect((await run("take_over", wiki())).notes).to.deep.equal([
                "warning: the provider By hand (number 7) is taken over for the application wiki; its client id abc becomes wiki, unless provider.clientId names it",
            ]);
        });

        it("is an application that is taken over with its client", async () => {
            lists = { [oauth2]: [client(7, "By hand", "abc")], "core/applications": [application("old-wiki", 7)] };

            expect((await run("take_over", wiki({ clientId: "abc" }))).notes).to.deep.equal([
                "warning: the provider By hand (number 7) is taken over for the application wiki",
                "warning: the application old-wiki is taken over as wiki, with the address of its issuer",
            ]);
            expect(changes).to.deep.equal([`PATCH ${oauth2}/7`, "PATCH core/applications/old-wiki"]);
        });

        it("is a provider of another kind, or one that authentik itself calls with", async () => {
            const proxied = { type: "forward_single", outpost: "o", externalHost: "https://nas.example.com" };
            lists = {
                "providers/proxy": [{ pk: 3, name: "Provider for NAS", client_id: "random" }],
                "providers/scim": [{ pk: 4, name: "Accounts" }],
                "core/applications": [application("nas", 3), application("git", null, [4])],
            };

            const { notes } = await run(
                "take_over",
                { slug: "nas", provider: proxied },
                { slug: "git", provider: { type: "scim", endpoint: "https://git.example.com/scim/v2" } },
            );
            expect(notes).to.deep.equal([
                "warning: the provider Provider for NAS (number 3) is taken over for the application nas",
                "warning: the provider Accounts (number 4) is taken over for the application git",
            ]);
        });

        it("is named where another object has the name already, and nothing is changed", async () => {
            lists = { [oauth2]: [client(1, "wiki", "wiki"), client(7, "By hand", "abc")] };

            expect((await run("take_over", wiki({ clientId: "abc" }))).problems).to.deep.equal([
                "the provider By hand (number 7) has the client id abc, and there is a provider wiki as well: delete the one of them that nobody needs in authentik",
            ]);
            lists = {
                [oauth2]: [client(7, "By hand", "abc")],
                "core/applications": [application("old", 7), application("wiki", null)],
            };
            expect((await run("take_over", wiki({ clientId: "abc" }))).problems).to.deep.equal([
                "the provider By hand (number 7) of the application old has the client id abc, and there is an application wiki as well: delete the one of them that nobody needs in authentik",
            ]);
            expect(changes).to.deep.equal([]);
        });

        it("is not that of another application of the stack, whose client id is asked for before it gets its new one", async () => {
            lists = {
                [oauth2]: [client(1, "wiki", "one"), client(2, "blog", "two")],
                "core/applications": [application("wiki", 1), application("blog", 2)],
            };
            const blog = { ...wiki({ clientId: "one" }), slug: "blog" };

            expect(await run("take_over", wiki({ clientId: "two" }), blog)).to.deep.equal({ notes: [], problems: [] });
            expect(changes).to.deep.equal([]);
        });
    });

    describe("as a certificate of a declared name", () => {
        const { issued, certificate: ca } = authority("The CA", "a.example.com", "b.example.com");
        const pem = (name: string) => `${issued[name]?.certificate ?? ""}${ca}`;
        const held = (name: string): Row => {
            const { fingerprint256 } = new X509Certificate(pem(name));
            return { name: "own", fingerprint_sha256: fingerprint256.toLowerCase() };
        };
        const others = (own: string[] = []) => {
            const certificates = [{ name: "own", certificate: pem("a.example.com") }];
            const declared = { certificates, server: { certificate: "own" }, applications: [] };
            return called("other_certificates", declared, JSON.stringify(own));
        };
        const list = "crypto/certificatekeypairs";

        it("is in the way where it is another one, and nothing is changed", async () => {
            lists = { [list]: [held("b.example.com")] };

            expect((await others(["another"])).problems).to.deep.equal([
                "authentik has another certificate own, which no finished update of this stack made, and its key would be lost: rename or delete it in authentik, or choose another name in certificates",
            ]);
            lists = { [list]: [{ name: "own", fingerprint_sha256: null }] };
            expect((await others()).problems).to.have.length(1);
            expect(changes).to.deep.equal([]);
        });

        it("may be there where it is the same, or an earlier one of this stack", async () => {
            expect((await others()).problems).to.deep.equal([]);
            lists = { [list]: [held("a.example.com")] };
            expect((await others()).problems).to.deep.equal([]);
            lists = { [list]: [held("b.example.com")] };
            expect((await others(["own"])).problems).to.deep.equal([]);
        });
    });

    describe("as a way in", () => {
        const target = "pk of wiki";
        const restricted = wiki({}, { access: { groups: ["family"], users: ["alice"] } });
        const own = [
            binding("own-1", target, group("family")),
            binding("own-2", target, { user_obj: { name: "Alice", username: "alice" } }),
        ];

        it("is what the configuration names, and stays", async () => {
            lists = { "core/applications": [application("wiki", 1)], "policies/bindings": own };

            expect(await run("only_ways_in", restricted)).to.deep.equal({ notes: [], problems: [] });
            expect(changes).to.deep.equal([]);
        });

        it("is removed where the configuration does not name it, and named", async () => {
            lists = {
                "core/applications": [application("wiki", 1), application("blog", 2)],
                "policies/bindings": [
                    binding("hand-1", target, { policy_obj: { name: "Always allow" } }),
                    binding("hand-2", target, group("family"), { negate: true }),
                    ...own,
                    binding("hand-3", target, group("family"), { order: 5 }),
                    binding("hand-4", target, { user_obj: { name: "Bob", username: "bob" } }, { enabled: false }),
                    binding("other", "pk of blog", group("everybody")),
                ],
            };

            expect((await run("only_ways_in", restricted)).notes).to.deep.equal([
                "warning: removed the binding of policy Always allow (order 0) from the application wiki",
                "warning: removed the binding of group family (order 0, negated) from the application wiki",
                "warning: removed the binding of group family (order 5) from the application wiki",
                "warning: removed the binding of user bob (order 0, disabled) from the application wiki",
            ]);
            expect(changes).to.deep.equal(
                ["hand-1", "hand-2", "hand-3", "hand-4"].map((pk) => `DELETE policies/bindings/${pk}`),
            );
        });

        it("is left alone where the configuration does not say who may enter", async () => {
            lists = {
                "core/applications": [application("wiki", 1)],
                "policies/bindings": [binding("hand", target, group("everybody"))],
            };

            expect(await run("only_ways_in", wiki())).to.deep.equal({ notes: [], problems: [] });
            expect(changes).to.deep.equal([]);
        });

        it("is named where the blueprint did not make it", async () => {
            lists = { "core/applications": [application("wiki", 1)], "policies/bindings": own.slice(1) };

            expect((await run("only_ways_in", restricted)).problems).to.deep.equal([
                "group family is not bound to the application wiki",
            ]);
        });

        it("is that to an entitlement as well", async () => {
            const entitlements = [{ name: "editors", groups: ["family"] }];
            lists = {
                "core/applications": [application("wiki", 1)],
                "core/application_entitlements": [{ pbm_uuid: "pk of editors", name: "editors" }],
                "policies/bindings": [
                    binding("own", "pk of editors", group("family")),
                    binding("hand", "pk of editors", group("friends")),
                    binding("left", target, group("everybody")),
                ],
            };

            expect(await run("only_ways_in", wiki({}, { entitlements }))).to.deep.equal({
                notes: [
                    "warning: removed the binding of group friends (order 0) from the entitlement editors of application wiki",
                ],
                problems: [],
            });
        });
    });
});
