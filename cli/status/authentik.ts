import { z } from "zod";
import { closedBetween } from "../../authentik/advisories";
import { provenVersion } from "../../authentik/releases";
import { pathBetween } from "../../authentik/upgrades";
import { script } from "../../components/probe";
import { ageText } from "../backup/manifest";
import { ToolError } from "../progress";
import type { Found } from "../stack/containers";
import { daysBetween, row, type Row } from "./row";

const text = z.string().nullish();
const pages = {
    outposts: z.object({ pk: z.coerce.string(), name: z.string(), managed: text, providers: z.array(z.unknown()) }),
    health: z.object({ last_seen: z.string(), version: text, version_outdated: z.boolean().nullish() }),
    certificates: z.object({ name: z.string(), cert_expiry: text }),
    tokens: z.object({ identifier: z.string(), intent: text, expiring: z.boolean().nullish(), expires: text }),
};

/** What authentik says of itself, and how much of the disk with its files is free. */
export interface Told {
    outposts: (z.infer<typeof pages.outposts> & { health: z.infer<typeof pages.health>[] })[];
    certificates: z.infer<typeof pages.certificates>[];
    tokens: z.infer<typeof pages.tokens>[];
    disk: { total: number; free: number };
}

/** Most objects of a list in one answer, in every release. */
const size = "page_size=100";
const lists = {
    outposts: `outposts/instances/?${size}`,
    certificates: `crypto/certificatekeypairs/?${size}&include_details=true`,
    tokens: `core/tokens/?${size}&ordering=expires`,
};

/**
 * Asks authentik's API from where its server runs.
 *
 * @param token of the API; it gets there on standard input.
 * @param host name of the server on its networks.
 * @throws ToolError with what was answered instead.
 */
export async function askAuthentik(server: Found, token: string, host: string): Promise<Told> {
    const { answers, disk } = await ask(server, { token, host }, Object.values(lists));
    const listed = <T extends z.ZodType>(path: string, item: T): z.infer<T>[] =>
        (z.object({ results: z.array(item) }).safeParse(answers[path]).data ?? refused(path, answers[path])).results;
    const outposts = listed(lists.outposts, pages.outposts);
    const paths = outposts.map(({ pk }) => `outposts/instances/${pk}/health/`);
    const { answers: healths } = await ask(server, { token, host }, paths);
    return {
        outposts: outposts.map((outpost, index) => ({
            ...outpost,
            health: z.array(pages.health).parse(healths[paths[index] ?? ""]),
        })),
        certificates: listed(lists.certificates, pages.certificates),
        tokens: listed(lists.tokens, pages.tokens),
        disk,
    };
}

const asked = z.object({
    answers: z.record(z.string(), z.unknown()),
    disk: z.object({ total: z.number(), free: z.number() }),
});

async function ask(
    server: Found,
    given: { token: string; host: string },
    paths: string[],
): Promise<z.infer<typeof asked>> {
    const [code = ""] = Object.values(script("ask.py").documents);
    const line = JSON.stringify({ ...given, paths });
    const { code: exit, output } = await server.execute(["python", "-c", code], { line });
    if (exit !== 0) throw new ToolError(`authentik cannot be asked: ${output.trim().split("\n").at(-1)}`);
    return asked.parse(JSON.parse(output));
}

function refused(path: string, answer: unknown): never {
    const { error } = z.object({ error: z.string() }).safeParse(answer).data ?? { error: "no list" };
    throw new ToolError(`authentik answered to ${path}: ${error}`);
}

/** The release, and the next one on the way to the newest that was tested with this program. */
export function releaseRow(version: string, allowUntested: boolean, stack: string): Row {
    const [next] = pathBetween(version, provenVersion, allowUntested);
    if (next === undefined)
        return row("Release", "authentik", `${version}, the newest that was tested with this program`);
    const closes = closedBetween(version, provenVersion);
    const about = closes.length === 0 ? "" : `; the way to ${provenVersion} closes ${closes.length} security holes`;
    const cure = `npm run upgrade -- --stack ${stack}`;
    return row("Release", "authentik", `${version}, next ${next}${about}`, closes.length === 0 ? undefined : cure);
}

/** How long nothing may be heard of an outpost, in milliseconds: it calls every ten seconds. */
const silence = 120_000;

/** How much longer an instance may be silent than the one that was heard last, in milliseconds; authentik remembers one that ended. */
const lag = 20_000;

/** A row for each outpost that serves something. */
export function outpostRows({ outposts }: Told, stack: string, now: Date): Row[] {
    const serving = outposts.filter(({ managed, providers }) => (managed ?? "") === "" || providers.length > 0);
    return serving.map(({ name, health: remembered }) => {
        const ageOf = ({ last_seen }: { last_seen: string }) => now.getTime() - new Date(last_seen).getTime();
        const age = Math.min(...remembered.map(ageOf));
        const health = remembered.filter((one) => ageOf(one) <= age + lag);
        const cure = `npm start -- ${stack}, or look at it where it runs`;
        if (health.length === 0) return row("Outposts", name, "authentik has not heard from it", cure);
        const versions = [...new Set(health.map(({ version }) => version ?? "of an unknown release"))].join(", ");
        const heard = `heard ${ageText(Math.max(0, age))} ago, ${versions}`;
        if (age > silence) return row("Outposts", name, heard, cure);
        const old = health.some(({ version_outdated }) => version_outdated === true);
        return row("Outposts", name, heard, old ? "run it in authentik's own release" : undefined);
    });
}

/** Days before its end at which something needs attention. */
const early = { certificate: 30, token: 14 };
const area = "Certificates and tokens";

/** What ends soon, and what ends first. */
export function endingRows({ certificates, tokens }: Pick<Told, "certificates" | "tokens">, now: Date): Row[] {
    const ends = (time: string) => {
        const left = new Date(time).getTime() - now.getTime();
        return left < 0 ? `ended ${ageText(-left)} ago` : `ends in ${ageText(left)}`;
    };
    const dated = certificates
        .flatMap(({ name, cert_expiry }) => (cert_expiry == null ? [] : [{ name, end: cert_expiry }]))
        .sort((a, b) => a.end.localeCompare(b.end));
    const soon = dated.filter(({ end }) => daysBetween(now, new Date(end)) < early.certificate);
    const [first] = dated;
    const lasting = tokens.filter(({ intent }) => intent === "api" || intent === "app_password");
    const keys = lasting.flatMap(({ identifier, expiring, expires }) =>
        expiring === true && expires != null && daysBetween(now, new Date(expires)) < early.token
            ? [
                  row(
                      area,
                      identifier,
                      `the token ${ends(expires)}`,
                      "make another in authentik, and give it to its user",
                  ),
              ]
            : [],
    );
    const fine = first === undefined ? "none" : `${dated.length}; ${first.name} ${ends(first.end)}, the first`;
    return [
        ...(soon.length === 0
            ? [row(area, "Certificates", fine)]
            : soon.map(({ name, end }) => row(area, name, `the certificate ${ends(end)}`, "replace it"))),
        ...(keys.length === 0 ? [row(area, "Tokens", `${lasting.length}, none of which ends soon`)] : keys),
    ];
}
