import type { AuthentikOutputs } from "../../components/outputs";
import { readOutputs } from "../engine/pulumi-command";
import type { OpenStack } from "../workplace";
import type { Report } from "./events";
import type { ChosenImages } from "../images";

/** Prints the warnings, how to sign in, and whether it is a rehearsal. */
export async function showRunning(open: OpenStack, chosen: ChosenImages, report: Report): Promise<void> {
    for (const warning of report.warnings) console.log(`\nwarning: ${warning}`);
    const outputs = (await readOutputs(open)) as unknown as Shown;
    console.log(`\n${runningText(outputs, open.stack.name, chosen.rehearsal === undefined)}`);
    if (chosen.rehearsal !== undefined) console.log(`\n${rehearsalText(chosen.rehearsal)}`);
}

/** The outputs that the summary shows; none is secret. */
type Shown = Pick<AuthentikOutputs, "url" | "outposts" | "applications" | "rootCertificate"> & {
    admin: { username: string };
};

/**
 * The URL, what browsers have to trust, the user to sign in with, how to read the password, and the applications.
 *
 * @param canSignIn whether there is an authentik to sign in to. Default: true.
 */
export function runningText(
    { url, rootCertificate, admin, outposts, applications }: Shown,
    stack: string,
    canSignIn = true,
): string {
    const behind = Object.values(outposts).flatMap(({ applications: slugs }) => slugs);
    const rows = [
        ["Sign in at", url],
        ...(rootCertificate === undefined
            ? []
            : [["Trust", `out/${stack}/root.crt (the output rootCertificate), once: docs/front-door.md#trust`]]),
        ["User", admin.username],
        ...(canSignIn ? [["Open", `npm run --silent open -- --stack ${stack}`]] : []),
        ["Password", `npm run --silent output -- admin.password --stack ${stack}`],
        ...Object.entries(outposts).flatMap(([outpost, { applications: slugs }]) =>
            slugs.map((slug) => [outpost, `${applications[slug]?.url ?? ""} (${slug})`]),
        ),
        ...Object.entries(applications)
            .filter(([slug, one]) => !behind.includes(slug) && one.url !== "")
            .map(([slug, one]) => ["Application", `${one.url} (${slug})`]),
        ["Stop", `npm stop -- ${stack}`],
    ];
    const width = Math.max(...rows.map(([title = ""]) => title.length));
    return rows.map(([title = "", text = ""]) => `  ${title.padEnd(width)}  ${text}`).join("\n");
}

/** Says that nobody can sign in, and how to get the real authentik. */
export function rehearsalText(reason: string): string {
    const lines = [
        "THIS IS A REHEARSAL WITH STAND-IN IMAGES: NOBODY CAN SIGN IN.",
        "",
        `Why: ${reason}.`,
        "PostgreSQL and Redis are real; authentik's server, worker and outposts are stand-ins that",
        "only answer like authentik. Everything here is named rehearsal-..., with volumes of its own.",
        "",
        "For the real authentik: run `npm start` where the images can be pulled, or load them into",
        "Docker (`docker load`) and run `npm start` again. `npm stop -- rehearsal` frees the ports.",
    ];
    const width = Math.max(...lines.map((line) => line.length));
    const edge = `+${"-".repeat(width + 2)}+`;
    return [edge, ...lines.map((line) => `| ${line.padEnd(width)} |`), edge].join("\n");
}
