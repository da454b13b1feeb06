import { readFileSync } from "node:fs";
import { join } from "node:path";

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

export default {
    title: "authentik-stack",
    description: "authentik, the open-source identity provider, as one reproducible Pulumi stack on Docker",
    cleanUrls: true,
    // Files of the repository, which the pages link to, are no pages. A unit test checks those links.
    ignoreDeadLinks: [/^\.\.\//, /^\.\/\.\.\//],
    // The pages are plain Markdown, and write <name> for what is to be filled in.
    markdown: { html: false },
    themeConfig: {
        sidebar: [...sidebar, { text: "Components", link: "/components/" }],
        search: { provider: "local" },
        outline: [2, 3],
    },
};
