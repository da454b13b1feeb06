import { X509Certificate } from "node:crypto";
import { certificateFolder, gatewayFolder } from "../../authentik/gateway-caddyfile";
import { isFor } from "../../config/certificates";
import { certificatesIn } from "../../config/secrets";
import { isObject } from "../../ground/problems";
import { ageText } from "../backup/manifest";
import { ToolError } from "../progress";
import type { Found } from "../stack/containers";
import { daysBetween, row, type Row } from "./row";

/** A name that the gateway serves, and its certificate. */
export interface ServedName {
    name: string;
    /** Default: it has none. */
    certificate?: X509Certificate;
    /** Whether the configuration gave it, so that nobody renews it. */
    isOwn: boolean;
}

/** Days before its end at which a certificate needs attention that nobody renews. */
const early = 30;
/** Caddy renews at a third of the lifetime, and tries again until the end: at half of that something is wrong. Source: certmagic. */
const late = 1 / 6;

const separator = "-- file: ";
const reading = `cat ${gatewayFolder}/config/caddy/autosave.json
find ${certificateFolder} ${gatewayFolder}/caddy/certificates -name '*.crt' 2>/dev/null | while read -r file; do
  printf '\\n%s%s\\n' '${separator}' "$file"
  cat "$file"
done`;

/**
 * The names that a running gateway serves, with their certificates.
 *
 * @throws ToolError with its words.
 */
export async function servedNames(gateway: Found): Promise<ServedName[]> {
    const { code, output } = await gateway.execute(["sh", "-c", reading]);
    if (code !== 0) throw new ToolError(`the gateway cannot be asked: ${output.trim()}`);
    return namesIn(output);
}

/** What the gateway printed: the configuration that it was last given, and the files of certificates. */
export function namesIn(output: string): ServedName[] {
    const [configuration = "", ...files] = output.split(`\n${separator}`);
    const certificates = files.flatMap((text) => {
        const isOwn = text.startsWith(`${certificateFolder}/`);
        const [certificate] = certificatesIn(text.slice(text.indexOf("\n") + 1)) ?? [];
        return certificate === undefined ? [] : [{ certificate, isOwn }];
    });
    // The configuration's own ones come first, and of several of one CA the one that lasts.
    certificates.sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || endOf(b.certificate) - endOf(a.certificate));
    return [...new Set(hostsIn(JSON.parse(configuration)))].map((name) => ({
        name,
        ...(certificates.find(({ certificate }) => isFor(certificate, name)) ?? { isOwn: false }),
    }));
}

/** What ends soon, and what ends first. */
export function gatewayRows(names: ServedName[], { stack, now }: { stack: string; now: Date }): Row[] {
    const area = "Certificates and tokens";
    const wrong = names.flatMap(({ name, certificate, isOwn }): Row[] => {
        if (certificate === undefined)
            return [row(area, name, "the gateway has no certificate", `npm start -- ${stack}`)];
        const [begin, end] = [Date.parse(certificate.validFrom), endOf(certificate)];
        const left = end - now.getTime();
        if (isOwn ? daysBetween(now, new Date(end)) >= early : left >= (end - begin) * late) return [];
        const text = left < 0 ? `ended ${ageText(-left)} ago` : `ends in ${ageText(left)}`;
        const cure = isOwn
            ? "replace it in `certificates`, and its key"
            : `npm start -- ${stack}, which says why it is not renewed`;
        return [row(area, name, `the gateway's certificate ${text}`, cure)];
    });
    if (wrong.length > 0) return wrong;
    const [first] = names.flatMap(({ certificate }) => certificate ?? []).sort((a, b) => endOf(a) - endOf(b));
    const soonest = first === undefined ? "" : `, the first ends in ${ageText(endOf(first) - now.getTime())}`;
    return [row(area, "Gateway", `${names.length}${soonest}`)];
}

function endOf({ validTo }: X509Certificate): number {
    return Date.parse(validTo);
}

/** The hosts in Caddy's own form of a configuration. */
function hostsIn(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(hostsIn);
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, part]) =>
        key === "host" && Array.isArray(part) && part.every((one) => typeof one === "string") ? part : hostsIn(part),
    );
}
