import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AuthentikOutputs, Pending } from "./outputs";

const root = "root.crt";
const monitoringFiles = {
    prometheus: "prometheus.yml",
    alerts: "alerts.yml",
    dashboard: "grafana-dashboard.json",
};

/**
 * Writes what is to be copied from, which are outputs too, as files: snippets for reverse proxies and for outposts elsewhere, the
 * root certificate of the gateway, and the configurations of Autorestic, Prometheus and Grafana.
 *
 * @param folder files of removed applications and outposts go from it, those with names as this program gives them. It stays the same
 *   folder while there is anything to write, and the files too, since containers may have them mounted. The root certificate stays
 *   until it is known again: an update takes a while, and may fail.
 */
export function writeSnippets(
    folder: string,
    {
        applications,
        outposts,
        autorestic,
        monitoring,
        rootCertificate,
    }: Pick<Pending<AuthentikOutputs>, "applications" | "outposts" | "rootCertificate" | "monitoring"> &
        Partial<Pick<Pending<AuthentikOutputs>, "autorestic">>,
): void {
    const texts: Record<string, unknown> = {
        ...Object.fromEntries(
            [...Object.entries(applications), ...Object.entries(outposts)].flatMap(([name, { snippets = {} }]) =>
                Object.entries(snippets).map(([kind, text]) => [`${name}.${kind}.txt`, text]),
            ),
        ),
        "autorestic.yml": autorestic,
        ...Object.fromEntries(
            Object.entries(monitoringFiles).map(([key, file]) => [
                file,
                monitoring?.[key as keyof typeof monitoringFiles],
            ]),
        ),
    };
    const files = Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    const names = [...files.map(([name]) => name), ...(rootCertificate === undefined ? [] : [root])];
    const isOurs = (name: string) => name in texts || name === root || /^.+\.[\w-]+\.txt$/.test(name);
    const found = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
    for (const { name } of found.filter((entry) => entry.isFile() && isOurs(entry.name)))
        // Two programs may do this at once.
        if (!names.includes(name)) rmSync(join(folder, name), { force: true });
    if (names.length === 0) return removeEmpty(folder);
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    // Known once the gateway has it.
    if (rootCertificate !== undefined)
        pulumi.output(rootCertificate).apply((pem) => {
            mkdirSync(folder, { recursive: true });
            writeFileSync(join(folder, root), pem);
        });
}

function removeEmpty(folder: string): void {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
