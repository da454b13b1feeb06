import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/** The sidebar is docs/index.md: its headings, and the first link of each line. */
const contents = readFileSync(join(import.meta.dirname, "../index.md"), "utf8");
const sidebar = contents
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
        text: section.slice(0, section.indexOf("\n")),
        items: [...section.matchAll(/^- (?:([^:\n]+): )?\[([^\]]+)\]\(([^)#]+)\.md(#[^)]+)?\)/gm)].map(
            ([, topic, text, link, anchor = ""]) => ({
                text: topic ?? text,
                link: `/${link}${anchor}`,
            }),
        ),
    }));

/** Where the repository's files can be read; known in GitHub's and GitLab's CI. */
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, CI_PROJECT_URL } = process.env;
const hub =
    GITHUB_REPOSITORY === undefined
        ? CI_PROJECT_URL && `${CI_PROJECT_URL}/-`
        : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;

/** Pages link to files of the repository, which the site does not have: they lead to the repository, or are plain text. */
function linkFiles(markdown) {
    markdown.core.ruler.push("files", ({ tokens, env }) => {
        for (const token of tokens) {
            let isFile = false;
            token.children = (token.children ?? []).filter((child) => {
                const href = child.type === "link_open" ? child.attrGet("href") : undefined;
                const path = href?.includes(":") === false ? join("docs", dirname(env.relativePath), href) : "docs/";
                if (href !== undefined) isFile = !path.startsWith("docs/") || path.endsWith(".json");
                if (!isFile || !child.type.startsWith("link_")) return true;
                if (href !== undefined) child.attrSet("href", `${hub}/blob/main/${path}`);
                return hub !== undefined;
            });
        }
    });
}

/** As GitHub makes them of headings, so that a link works there and here. */
function slugify(heading) {
    return heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-");
}

export default {
    title: "authentik-stack",
    description: "authentik, the open-source identity provider, as one reproducible Pulumi stack on Docker",
    cleanUrls: true,
    // The pages are plain Markdown, and write <name> for what is to be filled in.
    markdown: { html: false, anchor: { slugify }, config: linkFiles },
    themeConfig: {
        sidebar: [...sidebar, { text: "Components", link: "/components/" }],
        search: { provider: "local" },
        outline: [2, 3],
    },
};
