import { createServer, type IncomingMessage, type Server } from "node:http";
import { escaped } from "../graph/draw";
import type { Topology } from "../graph/topology";
import { reasonOf } from "../progress";
import { areas, type Row, type Status } from "./row";
import { headline } from "./text";

/** What is said of a row's state, beside its colour. */
const words: Record<Row["state"], string> = { fine: "fine", attention: "needs attention", unknown: "not known" };

/**
 * A status as one page that needs nothing else: no script, no font, no request.
 *
 * @param drawn the topology as SVG.
 */
export function statusPage(status: Status, topology: Topology, drawn: string): string {
    const wanting = status.rows.filter(({ state }) => state === "attention");
    return [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        `<meta name="color-scheme" content="light dark"><title>${escaped(`${status.stack}: ${headline(status)}`)}</title>`,
        `<style>${style}</style></head><body>`,
        '<a class="skip" href="#main">To the content</a>',
        `<header><h1>${escaped(status.stack)}</h1>`,
        ...(status.url === "" ? [] : [`<p><a href="${escaped(status.url)}">${escaped(status.url)}</a></p>`]),
        `<p class="${wanting.length === 0 ? "fine" : "attention"} headline">${headline(status)}</p>`,
        `<p>As of <time datetime="${status.time}">${status.time.slice(0, 16).replace("T", " ")} UTC</time>.</p>`,
        '</header><main id="main">',
        ...(wanting.length === 0 ? [] : [table("What needs attention", wanting)]),
        ...(topology.talks.length === 0 ? [] : drawing(topology, drawn)),
        ...areas.flatMap((area) => {
            const rows = status.rows.filter((row) => row.area === area);
            return rows.length === 0 ? [] : [table(area, rows)];
        }),
        "</main></body></html>\n",
    ].join("\n");
}

/** The topology, as large as it is drawn or as far as it fits, and in words. */
function drawing({ talks }: Topology, drawn: string): string[] {
    const [, width = "0"] = / width="(\d+)"/.exec(drawn) ?? [];
    return [
        '<section aria-labelledby="topology"><h2 id="topology">Topology</h2>',
        `<div class="wide" style="--drawn:${width}px" tabindex="0" role="region" aria-label="The topology, drawn">${drawn}</div>`,
        "<details><summary>Who talks to whom, in words</summary><ul>",
        ...talks.map(
            ({ from, to, over }) =>
                `<li>${escaped(from)} to ${escaped(to)}${over === undefined ? "" : `, port ${escaped(over)}`}</li>`,
        ),
        "</ul></details></section>",
    ];
}

const columns = ["Name", "State", "What is known"]
    .map((name) => `<th scope="col" role="columnheader">${name}</th>`)
    .join("");

/** What its columns are is said for those who hear it. The roles are, since a narrow page shows rows as blocks, which takes them away. */
function table(title: string, rows: Row[]): string {
    const id = title.toLowerCase().replaceAll(" ", "-");
    return [
        `<section aria-labelledby="${id}"><h2 id="${id}">${escaped(title)}</h2><table role="table" aria-labelledby="${id}">`,
        `<colgroup><col><col><col></colgroup><thead role="rowgroup"><tr role="row">${columns}</tr></thead><tbody role="rowgroup">`,
        ...rows.map(({ title: name, state, text, cure, link }) => {
            const label = link === undefined ? escaped(name) : `<a href="${escaped(link)}">${escaped(name)}</a>`;
            const what = cure === undefined ? "" : `<br><span class="cure">To do: <code>${escaped(cure)}</code></span>`;
            return `<tr role="row"><th scope="row" role="rowheader">${label}</th><td role="cell" class="${state}">${words[state]}</td><td role="cell">${escaped(text)}${what}</td></tr>`;
        }),
        "</tbody></table></section>",
    ].join("\n");
}

/**
 * Serves a page on this machine alone.
 *
 * @param write makes the page anew for each visit.
 * @returns the server once it listens.
 * @throws Error when the port is taken.
 */
export async function servePage(port: number, write: () => Promise<string>): Promise<Server> {
    const server = createServer((request, response) => {
        const answer = (code: number, body: string, type: string) =>
            response.writeHead(code, { ...headers, "content-type": `${type}; charset=utf-8` }).end(body);
        // A page of somebody else may lead a browser here under a name of its own.
        if (!isLocal(request)) return void answer(403, "This page is for this machine alone.\n", "text/plain");
        if (request.url !== "/") return void answer(404, "There is only one page: /\n", "text/plain");
        write().then(
            (page) => answer(200, page, "text/html"),
            (error: unknown) => answer(500, `${reasonOf(error)}\n`, "text/plain"),
        );
    });
    return await new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", () => resolve(server));
    });
}

const headers = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
};

function isLocal({ headers: { host = "" } }: IncomingMessage): boolean {
    return /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host);
}

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--back:#fff;--link:#0550ae;--fine:#116329;--attention:#a40e26;--unknown:#7d4e00}
@media (prefers-color-scheme:dark){:root{--ink:#f0f6fc;--soft:#9198a1;--line:#3d444d;--back:#0d1117;--link:#79c0ff;--fine:#56d364;--attention:#ff7b72;--unknown:#e3b341}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--back);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
h1{margin:0}h2{margin:2rem 0 .5rem;font-size:1.15rem}header p{margin:.25rem 0;overflow-wrap:anywhere}
.headline{font-size:1.25rem}.fine{color:var(--fine)}.attention{color:var(--attention);font-weight:600}.unknown{color:var(--unknown)}
.wide{overflow:auto;border:1px solid var(--line);border-radius:.5rem;padding:.5rem}
.wide svg{display:block;max-width:100%;min-width:min(75rem,var(--drawn));height:auto}details{margin:.5rem 0}
table{width:100%;border-collapse:collapse;table-layout:fixed}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead{position:absolute;left:-99rem}col:nth-child(1){width:28%}col:nth-child(2){width:10.5rem}tbody tr:first-child>*{border-top:1px solid var(--line)}
.cure{color:var(--soft)}code{color:var(--ink);font-size:.9em}
@media (max-width:40rem){.wide{max-height:24rem}table,tbody,tr,th,td{display:block}tbody tr:nth-child(n)>*{border:0;padding:0}tr{padding:.5rem 0;border-bottom:1px solid var(--line)}}
@media print{.wide svg{min-width:0}}
`.trim();
