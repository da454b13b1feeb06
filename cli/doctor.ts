import { statfsSync } from "node:fs";
import { join } from "node:path";
import type { DockerConnection } from "../engine/connection";
import { findDocker } from "./docker-engine";
import { findBackend } from "./engine/backend";
import { pluginsPresent } from "./engine/plugins";
import { findPulumi } from "./engine";
import { projectName, projectRoot } from "./workplace";
import { absentImages } from "./images";
import { command } from "./main";
import { findOffline } from "./offline";
import { reasonOf } from "./progress";
import { run } from "./run";
import { requirementsFor, stackNames, stackOf, type StackRequirements } from "./stack/files";
import { readLocks } from "./stack/locks";
import { mend, startedStacks } from "./doctor/running";
import { look } from "./status/look";
import { statusText } from "./status/text";

/** The result of a check. */
interface Finding {
    there: boolean;
    text: string;
}

const there = (text: string): Finding => ({ there: true, text });
const missing = (text: string): Finding => ({ there: false, text });
const withoutRegistry = "needed only if no registry can be reached";

async function engineOf({ docker: settings }: StackRequirements): Promise<DockerConnection> {
    const docker = await findDocker(settings);
    if (docker === undefined) throw new Error("no engine is running");
    return docker.connection;
}

/** What there has to be for a stack. */
const checks: Record<string, (of: StackRequirements) => Promise<Finding>> = {
    "Node.js": () => Promise.resolve(there(process.version)),
    "Docker engine": async (of) => {
        const docker = await findDocker(of.docker);
        if (docker === undefined) return missing("no engine is running; `npm start` starts one, or says what to do");
        return there(`${docker.version} at ${docker.host}`);
    },
    Pulumi: async () => {
        const notes: string[] = [];
        const pulumi = await findPulumi((note) => notes.push(note));
        if (pulumi === undefined) return missing([...notes, "`npm start` downloads or builds it"].join("; "));
        return there([`${pulumi.version}, ${pulumi.origin}`, ...notes].join("; "));
    },
    "Pulumi plugins": async () => {
        const pulumi = await findPulumi(() => undefined);
        const present = pluginsPresent(pulumi?.pulumiHome);
        return present ? there("docker, random") : missing("`npm start` downloads or builds them");
    },
    Go: async () => {
        try {
            return there((await run("go", ["version"])).trim());
        } catch {
            return missing("needed only if Pulumi cannot be downloaded");
        }
    },
    State: () => {
        const { folder, description } = findBackend(projectRoot);
        return Promise.resolve(there(folder === undefined ? `logged in to ${description}` : description));
    },
    Stacks: () => Promise.resolve(there(stackNames(projectRoot).map(withLock).join(", "))),
    Images: async (of) => {
        const absent = await absentImages(await engineOf(of), of.images);
        return absent.length === 0
            ? there("all present")
            : missing(`not present: ${absent.join(", ")}; \`npm start\` downloads them`);
    },
    "Stand-in images": async (of) => {
        const offline = findOffline();
        if (offline === undefined) return missing(`the folder offline/ is missing; ${withoutRegistry}`);
        const absent = await absentImages(await engineOf(of), { ...offline.standInImages() });
        return absent.length === 0 ? there("all present") : missing(withoutRegistry);
    },
    "Disk space": () => {
        const { bavail, bsize } = statfsSync(join(projectRoot));
        const gigabytes = Math.floor((bavail * bsize) / 1e9);
        const text = `${gigabytes} GB free`;
        return Promise.resolve(gigabytes >= 10 ? there(text) : missing(`${text}; 10 GB are recommended`));
    },
};

function withLock(stack: string): string {
    const { folder } = findBackend(projectRoot);
    const locked = folder !== undefined && readLocks(folder, projectName, stack).length > 0;
    return locked ? `${stack} (locked by a run that is active or was killed)` : stack;
}

/**
 * `npm run doctor [-- --fix] [--stack <name>]`: says in one line for each prerequisite of the stack whether it is there, and then
 * what needs attention in the stacks that were started. It changes nothing, unless `--fix` repairs what is safe to repair:
 * docs/commands.md.
 *
 * Exit codes: 0, 2 where a started stack needs attention, or its Docker engine does not answer. Default: every stack that was
 * started; prerequisites are those of the stack `dev` then.
 */
command("doctor", async ({ values: { fix, stack } }) => {
    const name = stackOf(projectRoot, stack);
    const requirements = requirementsFor(projectRoot, name);
    for (const [title, check] of Object.entries(checks)) {
        const finding = await check(requirements).catch((error: unknown) => missing(reasonOf(error)));
        console.log(`${finding.there ? "ok     " : "missing"}  ${title.padEnd(16)}  ${finding.text}`);
    }
    let attention = 0;
    for (const { open, obstacle } of await startedStacks(name)) {
        if (obstacle !== undefined) {
            attention++;
            console.log(`\n${open.stack.name} cannot be looked at: ${obstacle}`);
            continue;
        }
        if (fix === true) await mend(console.log, open);
        const status = await look(open);
        attention += status.attention;
        console.log(`\n${statusText({ ...status, rows: status.rows.filter(({ state }) => state !== "fine") })}`);
    }
    return attention === 0 ? 0 : 2;
});
