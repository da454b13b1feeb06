import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { tryRun } from "../../../../cli/run";

interface Asked {
    method?: string;
    url?: string;
    token?: string | string[];
    body: string;
}

const root = join(__dirname, "../../../..");

describe("the comment of a merge request", () => {
    let folder: string;
    let server: Server;
    let asked: Asked[];
    let written: { id: number; body: string }[];

    beforeEach(async () => {
        [asked, written] = [[], []];
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-note-"));
        writeFileSync(join(folder, "preview.txt"), "    + 42 to create\n");
        writeFileSync(join(folder, "changes.diff"), "+  image: new\n");
        writeFileSync(join(folder, "words.md"), "- **a** is new.\n");
        server = createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                const { method, url, headers } = request;
                asked.push({ method, url, token: headers["private-token"], body });
                response.end(JSON.stringify(method === "GET" ? written : {}));
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => {
        server.close();
        rmSync(folder, { recursive: true });
    });

    it("is written once, with what changes and everything", async () => {
        expect((await note("a-token")).code).to.equal(0);

        const [, post] = asked;
        expect(post).to.include({ method: "POST", url: "/api/projects/7/merge_requests/3/notes", token: "a-token" });
        const { body } = JSON.parse(post?.body ?? "") as { body: string };
        expect(body).to.match(/^### Preview of prod\n\n- \*\*a\*\* is new\.\n/);
        expect(body).to.contain("+  image: new").and.contain("+ 42 to create");
    });

    it("takes the place of the one of an earlier run", async () => {
        written = [
            { id: 1, body: "### Preview of staging\n" },
            { id: 2, body: "### Preview of prod\n" },
        ];
        await note("a-token");

        expect(asked[1]).to.include({ method: "PUT", url: "/api/projects/7/merge_requests/3/notes/2" });
    });

    it("is not written where there is no token, as in a fork", async () => {
        const { code, stdout } = await note("");

        expect({ code, asked }).to.deep.equal({ code: 0, asked: [] });
        expect(stdout).to.contain("GITLAB_TOKEN is not set");
    });

    function note(token: string) {
        const { port } = server.address() as AddressInfo;
        const files = [join(folder, "preview.txt"), join(folder, "changes.diff"), join(folder, "words.md")];
        const tool = ["--import", "tsx", join(root, "cli/preview/gitlab-note.ts"), "prod", ...files];
        const env = {
            GITLAB_TOKEN: token,
            CI_API_V4_URL: `http://127.0.0.1:${port}/api`,
            CI_PROJECT_ID: "7",
            CI_MERGE_REQUEST_IID: "3",
        };
        return tryRun(process.execPath, tool, { env });
    }
});
