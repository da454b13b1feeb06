import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AuthentikOutputs, Pending } from "./outputs";

const monitoringFiles = {
    prometheus: "prometheus.yml",
    alerts: "alerts.yml",
    dashboard: "grafana-dashboard.json",
};

/**
 * Writes what is to be copied from, which are outputs too, as files: snippets for reverse proxies and for outposts elsewhere, the
 * root certificate of the gateway, and the configurations of Autorestic, Prometheus and Grafana.
 *
 * @param folder emptied first, so that files of removed applications and outposts go. The root certificate stays until it is
 *   known again: an update takes a while, and may fail.
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
    const root = join(folder, "root.crt");
    const former = rootCertificate !== undefined && existsSync(root) ? readFileSync(root) : undefined;
    // Two programs may do this at once.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    for (const [name, { snippets }] of [...Object.entries(applications), ...Object.entries(outposts)]) {
        if (snippets === undefined) continue;
        mkdirSync(folder, { recursive: true });
        for (const [kind, text] of Object.entries(snippets)) {
            if (typeof text === "string") writeFileSync(join(folder, `${name}.${kind}.txt`), text);
        }
    }
    if (typeof autorestic === "string") {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "autorestic.yml"), autorestic);
    }
    for (const [key, file] of Object.entries(monitoringFiles)) {
        const text = monitoring?.[key as keyof typeof monitoringFiles];
        if (typeof text !== "string") continue;
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, file), text);
    }
    if (rootCertificate === undefined) return;
    mkdirSync(folder, { recursive: true });
    if (former !== undefined) writeFileSync(root, former);
    // Known once the gateway has it.
    pulumi.output(rootCertificate).apply((pem) => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(root, pem);
    });
}
