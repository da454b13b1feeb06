import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect } from "chai";

const root = join(__dirname, "../../..");
const pages = [
    ...readdirSync(root).filter((name) => name.endsWith(".md")),
    ...readdirSync(join(root, "docs"))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
];

describe("the documentation", () => {
    it("leads to files and headings that are there", () => {
        const broken = pages.flatMap((page) =>
            linksOf(page).flatMap((link) => (leads(page, link) ? [] : `${page}: ${link}`)),
        );
        expect(broken).to.deep.equal([]);
    });
});

/** The relative links of a page, outside of code. */
function linksOf(page: string): string[] {
    const text = readFileSync(join(root, page), "utf8").replaceAll(/^```.*?^```/gms, "");
    return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => (/^[a-z]+:/.test(link) ? [] : link));
}

function leads(page: string, link: string): boolean {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, target))) return false;
    return anchor === undefined || !target.endsWith(".md") || anchorsOf(target).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
    const headings = readFileSync(join(root, page), "utf8").matchAll(/^#+ (.*)$/gm);
    return [...headings].map(([, text = ""]) =>
        text
            .trim()
            .toLowerCase()
            .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
            .replaceAll(/\s/g, "-"),
    );
}
