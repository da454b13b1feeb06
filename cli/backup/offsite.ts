import { randomUUID } from "node:crypto";
import type Docker from "dockerode";
import { fingerprintFile, offsiteScript, roles } from "../../authentik/roles";
import { twinArgs } from "../../engine/container";
import { readFile } from "../../engine/files";
import { runToExit } from "../../engine/job";
import { jobLabel, stackLabel } from "../../engine/labels";
import { type Progress, reasonOf, ToolError } from "../progress";
import { containersOf } from "../stack/containers";
import { dockerOf, type OpenStack } from "../workplace";
import { type Elsewhere, readCopies } from "./copies";
import { type Manifest, readListing } from "./manifest";

/** The copies of a stack's backups elsewhere: what authentik/offsite.sh does, in a job that has what its container has. */
export class OffsiteStore {
    public constructor(private readonly open: OpenStack) {}

    /** All that there is, or why that is not known; undefined where nothing is copied. */
    public async list(): Promise<Elsewhere | undefined> {
        const container = await this.container();
        if (container === undefined) return undefined;
        const docker = await dockerOf(this.open.workplace).client();
        const fingerprint = await readFile(docker.getContainer(container.Id), fingerprintFile);
        const owner = `${titleOf(container)}-${fingerprint.slice(0, 8)}`;
        const { Health } = container.State;
        const said = Health?.Status === "unhealthy" ? Health.Log.at(-1)?.Output.trim() : undefined;
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
            const [manifest] = readListing(said).manifests;
            if (manifest === undefined) throw new ToolError(`The copy of ${id} has no manifest: ${said}`);
            await judge(manifest);
            const command = ["fetch", snapshot, id, String(bytes)];
            await this.run(container, "bringing the backup back", command, 12 * 3600);
        } else if (elsewhere.failures.length > 0)
            throw new ToolError(
                `${id} is not in the stack's volume, and the copies elsewhere cannot be read: ${elsewhere.failures.join("; ")}`,
            );
    }

    private async container(): Promise<Docker.ContainerInspectInfo | undefined> {
        const [newest] = await containersOf(this.open, "-offsite-container");
        const docker = await dockerOf(this.open.workplace).client();
        return newest && (await docker.getContainer(newest.Id).inspect());
    }

    private async run(
        container: Docker.ContainerInspectInfo,
        title: string,
        command: string[],
        seconds: number,
    ): Promise<string> {
        // What only looks ends no other job.
        const name = `${titleOf(container)}-${command[0] === "fetch" ? "fetch" : randomUUID()}`;
        const labels = { [stackLabel]: this.open.identity, [jobLabel]: name };
        const process = { entrypoint: ["sh", offsiteScript], command, writable: ["/backups"] };
        const args = twinArgs(container, process, labels);
        const job = { name, title, args, pids: roles.offsite.pids, files: [], seconds };
        return await runToExit(dockerOf(this.open.workplace), job);
    }
}

/** Its own host name is one that Docker gave it. */
function titleOf({ Config }: Docker.ContainerInspectInfo): string {
    return Config.Env.find((line) => line.startsWith("OWNER="))?.slice("OWNER=".length) ?? "";
}
