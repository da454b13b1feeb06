import { styleText } from "node:util";
import { areas, type Row, type Status } from "./row";

/** What stands before a row, by its state. */
export const marks: Record<Row["state"], string> = { fine: "ok", attention: "LOOK", unknown: "?" };

const colours = { fine: "green", attention: "red", unknown: "yellow" } as const;

/** In one line, how the stack is. */
export function headline({ attention }: Status): string {
    if (attention === 0) return "Everything is fine.";
    return attention === 1 ? "One thing needs attention." : `${attention} things need attention.`;
}

/**
 * A status in one screen.
 *
 * @param coloured for a terminal. Default: false.
 */
export function statusText(status: Status, coloured = false): string {
    const width = Math.max(...status.rows.map(({ title }) => title.length));
    const line = ({ title, state, text, cure, link }: Row) => {
        const mark = marks[state].padEnd(4);
        const shown = coloured ? styleText(colours[state], mark, { validateStream: false }) : mark;
        return [
            `  ${shown}  ${title.padEnd(width)}  ${text}${link === undefined ? "" : `  ${link}`}`,
            ...(cure === undefined ? [] : [`${" ".repeat(width + 10)}-> ${cure}`]),
        ];
    };
    return [
        `${status.stack}${status.url === "" ? "" : ` at ${status.url}`}: ${headline(status)}`,
        ...areas.flatMap((area) => {
            const rows = status.rows.filter((row) => row.area === area);
            return rows.length === 0 ? [] : ["", area, ...rows.flatMap(line)];
        }),
    ].join("\n");
}
