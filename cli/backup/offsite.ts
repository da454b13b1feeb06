import { randomUUID } from "node:crypto";
import { fingerprintFile, offsiteScript, roles } from "../../authentik/roles";
import { type Progress, reasonOf, ToolError } from "../progress";
import { containersOf, type Found } from "../stack/containers";
import type { OpenStack } from "../workplace";
import { type Elsewhere, readCopies } from "./copies";
import { type Manifest, readManifest } from "./manifest";

/** The copies of a stack's backups elsewhere: what authentik/offsite.sh does, in a job that has what its container has. */
export class OffsiteStore {
    public constructor(private readonly open: OpenStack) {}

    /** All that there is, or why that is not known; undefined where nothing is copied. */
    public async list(): Promise<Elsewhere | undefined> {
        const container = await this.container();
        if (container === undefined) return undefined;
        const fingerprint = await container.read(fingerprintFile);
        const owner = `${await titleOf(container)}-${fingerprint.slice(0, 8)}`;
        const said = await container.complaint();
        const failures = said === undefined ? [] : [said];
        try {
            const output = await this.run(container, "looking for copies elsewhere", ["list"], 120);
            return { owner, copies: readCopies(output, owner), failures };
        } catch (error) {
            return { owner, copies: [], failures: [...failures, reasonOf(error)] };
        }
    }

    /**
     * Brings a backup back beside those that are here.
     *
     * @param judge throws where it is of no use, before anything is brought.
     * @throws ToolError when the repository cannot be read.
     */
    public async fetch(progress: Progress, id: string, judge: (manifest: Manifest) => Promise<void>): Promise<void> {
        const container = await this.container();
        const elsewhere = await this.list();
        if (container === undefined || elsewhere === undefined) return;
        const found = elsewhere.copies.find((copy) => copy.id === id);
        if (found !== undefined) {
            progress(`bringing ${id} back from elsewhere`);
            const { snapshot, bytes } = found;
            const said = await this.run(container, "looking into the copy", ["manifest", snapshot, id], 600);
            // restic and ssh may have more to say.
            const manifest = readManifest(said.split("\n").find((line) => line.startsWith("{")) ?? "");
            if (manifest === undefined) throw new ToolError(`The copy of ${id} has no manifest: ${said}`);
            await judge(manifest);
            const command = ["fetch", snapshot, id, String(bytes)];
            await this.run(container, "bringing the backup back", command, 12 * 3600);
        } else if (elsewhere.failures.length > 0)
            throw new ToolError(
                `${id} is not in the stack's volume, and the copies elsewhere cannot be read: ${elsewhere.failures.join("; ")}`,
            );
    }

    private async container(): Promise<Found | undefined> {
        const [newest] = await containersOf(this.open, "-offsite-container");
        return newest;
    }

    private async run(container: Found, title: string, command: string[], seconds: number): Promise<string> {
        // What only looks ends no other job.
        const name = `${await titleOf(container)}-${command[0] === "fetch" ? "fetch" : randomUUID()}`;
        const process = { entrypoint: ["sh", offsiteScript], command, writable: ["/backups"] };
        return await container.twin({ name, title, ...process, pids: roles.offsite.pids, seconds });
    }
}

/** Its own host name is one that Docker gave it. */
async function titleOf(container: Found): Promise<string> {
    const variables = await container.variables();
    return variables.find((line) => line.startsWith("OWNER="))?.slice("OWNER=".length) ?? "";
}
