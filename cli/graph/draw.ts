import { browser, type Change, type Part, type Topology } from "./topology";

/** How many members are written below each other; more are written side by side. */
const below = 8;
const width = 36;

/** What a change is called, and how it looks in Mermaid and, with its dark one, in SVG. */
const looks: Record<Change, { light: string; dark: string }> = {
    new: { light: "#1a7f37", dark: "#3fb950" },
    changed: { light: "#9a6700", dark: "#d29922" },
    gone: { light: "#cf222e", dark: "#f85149" },
};

/** Parts by the networks that they are on, which no drawing can show overlapping; those on none under an empty name. */
function zonesOf({ parts, networks }: Topology): { title: string; parts: Part[] }[] {
    const titles = new Map<string, Part[]>();
    for (const part of parts) {
        const title = part.networks.map((name) => `${name}${networks[name]?.internal === true ? " (internal)" : ""}`);
        const key = title.join(" + ");
        titles.set(key, [...(titles.get(key) ?? []), part]);
    }
    return [...titles].map(([title, members]) => ({ title, parts: members }));
}

/** What is written in a part's box: its name, and lines about it. */
function linesOf({ name, change, image, volumes, members }: Part): { title: string; lines: string[] } {
    return {
        title: change === undefined ? name : `${name} (${change})`,
        lines: [
            ...(image === undefined ? [] : [image.replace(/^.*\//, "").replace(/@sha256:(.{8}).*/, "@$1")]),
            ...(volumes.length === 0 ? [] : wrapped(volumes, "keeps ")),
            ...(members.length > below ? wrapped(members) : members),
        ],
    };
}

/** Words in lines of a width, with a comma between them. */
function wrapped(words: string[], first = ""): string[] {
    const lines = [first];
    for (const [index, word] of words.entries()) {
        const text = index === words.length - 1 ? word : `${word}, `;
        const last = lines.at(-1) ?? "";
        if (last.length > 0 && last !== first && last.length + text.length > width) lines.push(text);
        else lines[lines.length - 1] = last + text;
    }
    return lines.map((line) => line.trimEnd());
}

/**
 * A topology as Mermaid, which GitHub and GitLab draw in comments and pages.
 *
 * @example
 * console.log(["```mermaid", mermaid(changesBetween(before, after)), "```"].join("\n"));
 */
export function mermaid(topology: Topology): string {
    const id = idsOf(topology);
    const box = (part: Part) => {
        const { title, lines } = linesOf(part);
        const [open, close] =
            part.kind === "browser" ? ["([", "])"] : part.kind === "container" ? ["[", "]"] : ["(", ")"];
        const change = part.change === undefined ? "" : `:::${part.change}`;
        return `${id(part.name)}${open}"${[`<b>${escaped(title)}</b>`, ...lines.map(escaped)].join("<br>")}"${close}${change}`;
    };
    return [
        "flowchart LR",
        ...zonesOf(topology).flatMap(({ title, parts }, index) =>
            title === ""
                ? parts.map((part) => `    ${box(part)}`)
                : [
                      `    subgraph zone${index}["${escaped(title)}"]`,
                      ...parts.map((part) => `        ${box(part)}`),
                      "    end",
                  ],
        ),
        ...topology.talks.map(
            ({ from, to, over }) => `    ${id(from)} -->${over === undefined ? "" : `|"${escaped(over)}"|`} ${id(to)}`,
        ),
        ...Object.entries(looks).map(
            ([change, { light }]) => `    classDef ${change} stroke:${light},stroke-width:3px,stroke-dasharray:4`,
        ),
    ].join("\n");
}

/** A topology as an SVG with light and dark colours, laid out by Graphviz. */
export async function svg(topology: Topology): Promise<string> {
    // Loaded on first use: it is a compiled Graphviz of a megabyte.
    const { instance } = await import("@viz-js/viz");
    const drawn = (await instance()).renderString(dot(topology), { format: "svg" });
    const text = `Topology: ${topology.parts.length} parts on the networks ${Object.keys(topology.networks).join(", ")}`;
    return (
        centred(drawn)
            .slice(drawn.indexOf("<svg"))
            // Its titles, which browsers show below the pointer, are names of its own.
            .replace(/<!--[^]*?-->\n?|<title>.*<\/title>\n/g, "")
            .replace(
                /<svg width="(\d+)pt" height="(\d+)pt"/,
                `<svg role="img" aria-label="${escaped(text)}" width="$1" height="$2"`,
            )
            .replace(">", `>\n<style>${style}</style>`)
    );
}

function dot(topology: Topology): string {
    const id = idsOf(topology);
    const box = (part: Part) => {
        const { title, lines } = linesOf(part);
        const small = lines.map((line) => `<br/><font point-size="10">${escaped(line)}</font>`).join("");
        const looks = `class="part ${part.kind} ${part.change ?? ""}" shape=box style=${part.kind === "container" ? "filled" : '"rounded,filled"'}`;
        return `${id(part.name)} [label=<<b>${wide(title)}</b>${small}> ${looks}];`;
    };
    return [
        "digraph { rankdir=LR; bgcolor=transparent; nodesep=0.2; ranksep=0.7; fontname=Helvetica; fontsize=11; compound=true;",
        'node [fontname=Helvetica fontsize=11 margin="0.3,0.1"]; edge [fontname=Helvetica fontsize=10 arrowsize=0.6];',
        ...zonesOf(topology).flatMap(({ title, parts }, index) =>
            title === ""
                ? parts.map(box)
                : [
                      `subgraph cluster_${index} { label=<${wide(title)}> class=zone style=rounded margin=14`,
                      ...parts.map(box),
                      "}",
                  ],
        ),
        ...topology.talks.map(
            ({ from, to, over }) =>
                `${id(from)} -> ${id(to)} [class=talk${over === undefined ? "" : ` label=<${wide(over)}>`}];`,
        ),
        "}",
    ].join("\n");
}

/** Colours of text, lines, boxes, what is outside, and zones. */
const palettes = {
    light: { ink: "#1f2328", line: "#59636e", box: "#ffffff", outside: "#ddf4ff", zone: "#f6f8fa" },
    dark: { ink: "#f0f6fc", line: "#9198a1", box: "#212830", outside: "#0c2d6b", zone: "#151b23" },
};

function rules(look: keyof typeof palettes): string {
    const { ink, line, box, outside, zone } = palettes[look];
    return [
        `text{fill:${ink}}`,
        `.zone>path{fill:${zone};stroke:${line}}`,
        `.part>path,.part>polygon{fill:${box};stroke:${line}}`,
        `.browser>path,.applications>path,.consumers>path{fill:${outside}}`,
        `.talk>path{stroke:${line}}.talk>polygon{fill:${line};stroke:${line}}`,
        ...Object.entries(looks).map(
            ([change, colours]) =>
                `.${change}>path,.${change}>polygon{stroke:${colours[look]};stroke-width:2.5;stroke-dasharray:5}`,
        ),
    ].join("");
}

const style = `${rules("light")}@media (prefers-color-scheme: dark){${rules("dark")}}`;

/** Graphviz begins a text where its own font has to; with a browser's it is in the middle of its box only if it is anchored there. */
function centred(drawn: string): string {
    return drawn.replaceAll(/<g id="(?:node|clust)[^]*?<\/g>/g, (group) => {
        const [, shape = ""] = / (?:d|points)="([^"]*)"/.exec(group) ?? [];
        const xs = [...shape.matchAll(/(-?[\d.]+),/g)].map(([, x]) => Number(x));
        const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
        return group.replaceAll(/text-anchor="start" x="[^"]*"/g, `text-anchor="middle" x="${middle.toFixed(2)}"`);
    });
}

/** Browsers may have a wider font than the one that the layout is made for. */
function wide(text: string): string {
    const space = "&#160;".repeat(Math.ceil(text.length / 10));
    return `${space}${escaped(text)}${space}`;
}

function idsOf({ parts }: Topology): (name: string) => string {
    const ids = new Map(parts.map(({ name }, index) => [name, name === browser ? "browser" : `p${index}`]));
    return (name) => ids.get(name) ?? "unknown";
}

/** A text in XML or HTML. */
export function escaped(text: string): string {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
