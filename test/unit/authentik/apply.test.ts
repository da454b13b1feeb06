import { execFile } from "node:child_process";
import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { authority } from "../../support/certificates";
import { answer, type Answering } from "../../support/probe";

/** Django in authentik's image, as far as the script calls it. */
const django = {
    "manage.py": 'print(\'{"event": "Imported related module"}\')\n',
    "django/__init__.py": "def setup():\n    pass\n",
    "django/core/management.py":
        "import subprocess, sys\n" +
        "def call_command(*words):\n" +
        "    code = subprocess.run(['ak', *words]).returncode\n" +
        "    if code == 9:\n" +
        "        raise ValueError('out of the blue')\n" +
        "    if code != 0:\n" +
        "        sys.exit(code)\n",
};

describe("the script that applies blueprints", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "apply-"));
        mkdirSync(join(folder, "django/core"), { recursive: true });
    });
    after(() => rmSync(folder, { recursive: true }));

    /** Runs the script with a command of ours in the place of authentik's, and a probe that only tells how it was called. */
    const run = (ak: string, blueprints = ["a.yaml", "b c.yaml"], existing: object = {}) => {
        writeFileSync(join(folder, "ak"), `#!/bin/sh\n${ak}\n`);
        chmodSync(join(folder, "ak"), 0o755);
        for (const script of ["apply.py", "existing.py"])
            copyFileSync(join(__dirname, "../../../authentik", script), join(folder, script));
        writeFileSync(
            join(folder, "existing.json"),
            JSON.stringify({ applications: [], certificates: [], ...existing }),
        );
        writeFileSync(join(folder, "probe.py"), 'import sys; print("asked", *sys.argv[1:])');
        for (const [file, text] of Object.entries(django)) writeFileSync(join(folder, file), text);
        const env = { PATH: `${folder}:${process.env.PATH}` };
        return new Promise<{ code: number; output: string }>((resolve) => {
            execFile(
                "python3",
                [join(folder, "apply.py"), "60", ...blueprints],
                { env, cwd: folder },
                (error, output) => resolve({ code: error === null ? 0 : Number(error.code), output }),
            );
        });
    };

    const asked = (rest = "60") => `asked ${folder}/checks.json ${rest}\n`;

    it("applies them in their order and leaves the verdict to the probe", async () => {
        const written = join(folder, "arguments");

        const { code, output } = await run(`printf '%s\\n' "$@" >${written}; echo "a warning of no account"`);

        expect(code).to.equal(0);
        expect(output).to.equal(asked());
        expect(readFileSync(written, "utf8").split("\n")).to.deep.equal(["apply_blueprint", "a.yaml", "b c.yaml", ""]);
    });

    for (const bad of ["1", "2", "4", "5"]) {
        it(`ends with authentik's own words when it refuses number ${bad} of 5, and names it`, async () => {
            const ak = `for file in "$@"; do [ "$file" != ${bad}.yaml ] || { echo '{"event": "of no account"}'; echo 'entry invalid' >&2; exit 3; }; done`;
            const { code, output } = await run(
                ak,
                ["1", "2", "3", "4", "5"].map((number) => `${number}.yaml`),
            );

            expect(code).to.equal(1);
            expect(output).to.equal(`entry invalid\nauthentik refused ${bad}.yaml\n${asked("0 causes")}`);
        });
    }

    it("ends with the traceback of a failure that authentik does not catch", async () => {
        const { code, output } = await run("exit 9", ["a.yaml"]);

        expect(code).to.equal(1);
        expect(output).to.match(/^Traceback[^]*ValueError: out of the blue\nauthentik refused a.yaml\n/);
    });

    it("goes on when authentik takes at the second try what it refused at the first", async () => {
        const tried = join(folder, "tried");

        expect(await run(`[ -e ${tried} ] || { touch ${tried}; exit 1; }`)).to.deep.equal({ code: 0, output: asked() });
    });

    it("ends when authentik went on without a secret whose file it could not read", async () => {
        const { code, output } = await run("echo 'a'; echo 'Failed to read file /run/secrets/x'", ["a.yaml"]);

        expect(code).to.equal(1);
        expect(output).to.equal(`Failed to read file /run/secrets/x\nauthentik refused a.yaml\n${asked("0 causes")}`);
    });

    it("applies nothing where a certificate would take the place of one that an earlier run did not declare", async () => {
        const { issued } = authority("The CA", "a.example.com");
        const { certificate = "" } = issued["a.example.com"] ?? {};
        const server = await answer((_, response) =>
            response.end('{"pagination": {"next": 0}, "results": [{"name": "own", "fingerprint_sha256": "00:11"}]}'),
        );
        const token = join(folder, "token");
        writeFileSync(token, "a-token");
        const existing = { server: server.url, token, certificates: [{ name: "own", certificate }] };
        const applied = join(folder, "applied");
        const names = join(folder, "names.json");
        try {
            writeFileSync(names, '["application wiki"]');
            const { code, output } = await run(`touch ${applied}`, ["a.yaml"], existing);
            expect(code).to.equal(1);
            expect(output).to.contain(
                "authentik has another certificate own, which no finished update of this stack made",
            );
            expect(existsSync(applied)).to.equal(false);

            writeFileSync(names, '["application wiki", "certificate own"]');
            expect((await run(`touch ${applied}`, ["a.yaml"], existing)).code).to.equal(0);
            expect(existsSync(applied)).to.equal(true);
        } finally {
            await server.close();
            rmSync(names);
        }
    });

    describe("where authentik does not know the token yet", () => {
        let server: Answering;
        before(async () => {
            server = await answer((_, response) => {
                response.statusCode = 403;
                response.end('{"detail":"Token invalid/expired"}');
            });
        });
        after(() => server.close());

        const existing = (more: object) => {
            writeFileSync(join(folder, "token"), "a-token");
            const wiki = { slug: "wiki", model: "m", list: "providers/oauth2", entitlements: {}, ...more };
            return { server: server.url, token: join(folder, "token"), applications: [wiki] };
        };

        for (const concerned of ["applications", "certificates"])
            it(`applies the first blueprint before all others, and asks then what exists of ${concerned}`, async () => {
                const written = join(folder, "arguments");
                rmSync(written, { force: true });
                const declared = { ...existing({}), certificates: [{ name: "own", certificate: "" }] };
                const others = concerned === "applications" ? { certificates: [] } : { applications: [] };

                const { code } = await run(`echo "$@" >>${written}`, ["admin.yaml", "b.yaml"], {
                    ...declared,
                    ...others,
                });

                expect(code).to.equal(0);
                expect(readFileSync(written, "utf8").split("\n")).to.deep.equal([
                    "apply_blueprint admin.yaml",
                    "apply_blueprint admin.yaml b.yaml",
                    "",
                ]);
            });

        it("ends with what authentik answered where it cannot prove who may enter", async () => {
            const { code, output } = await run("", ["a.yaml"], existing({ access: [["group", "family"]] }));

            expect(code).to.equal(1);
            expect(output).to.contain("authentik answered 403 to GET core/applications/").and.contain("Token invalid");
        });
    });
});
