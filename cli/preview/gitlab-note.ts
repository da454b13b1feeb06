import { existsSync, readFileSync } from "node:fs";
import { main } from "../main";
import { ToolError } from "../progress";

/** Characters of each section. GitLab accepts a million in a comment, more than anyone reads. */
const most = 60_000;

/**
 * `tsx cli/preview/gitlab-note.ts <stack> <preview> <changes> [<words>]`: writes a preview as a comment on the merge request, and
 * replaces the comment of an earlier run.
 *
 * The files are what `npm run preview` printed, the difference of two descriptions if there is one, and the same in words. Without
 * GITLAB_TOKEN, a project token that may write comments, nothing is written: merge requests from forks have none.
 */
main(async ([stack = "prod", preview = "", changes = "", words = ""]) => {
    const {
        GITLAB_TOKEN: token,
        CI_API_V4_URL: api,
        CI_PROJECT_ID: project,
        CI_MERGE_REQUEST_IID: number,
    } = process.env;
    if (token === undefined || token === "") {
        console.log("GITLAB_TOKEN is not set: the preview is only in this job's log and artifacts.");
        return;
    }
    const notes = `${api}/projects/${project}/merge_requests/${number}/notes`;
    const heading = `### Preview of ${stack}`;
    const said = existsSync(words) ? `${readFileSync(words, "utf8")}\n` : "";
    const body = `${heading}\n\n${said}${section("What changes", "diff", changes)}${section("Everything", "", preview)}`;

    const written = (await ask(`${notes}?per_page=100`, token)) as { id: number; body: string }[];
    const earlier = written.find((note) => note.body.startsWith(heading));
    if (earlier === undefined) await ask(notes, token, "POST", { body });
    else await ask(`${notes}/${earlier.id}`, token, "PUT", { body });
});

function section(title: string, language: string, file: string): string {
    if (!existsSync(file)) return "";
    const text = readFileSync(file, "utf8").trim();
    const shown = text.length > most ? `${text.slice(0, most)}\n(truncated; the job's artifacts have all of it)` : text;
    const content = shown === "" ? "Nothing.\n" : `\`\`\`\`${language}\n${shown}\n\`\`\`\`\n`;
    return `<details><summary>${title}</summary>\n\n${content}\n</details>\n\n`;
}

async function ask(url: string, token: string, method = "GET", body?: object): Promise<unknown> {
    const response = await fetch(url, {
        method,
        headers: { "PRIVATE-TOKEN": token, "content-type": "application/json" },
        body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new ToolError(`GitLab answers ${response.status} to ${method} ${url}`);
    return await response.json();
}
