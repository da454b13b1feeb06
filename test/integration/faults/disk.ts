import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../cli/run";
import { docker } from "../support/host";

/** A disk of a few hundred megabytes behind a Docker volume: a file as a loop device, so that a full one harms nobody else. */
export class SmallDisk {
    private constructor(
        private readonly volume: string,
        private readonly device: string,
        private readonly file: string,
        private readonly image: string,
    ) {}

    /**
     * Makes it, and the volume.
     *
     * @param image any with a shell.
     */
    public static async make(
        volume: string,
        { folder, megabytes, image }: { folder: string; megabytes: number; image: string },
    ): Promise<SmallDisk> {
        const file = join(folder, `${volume}.img`);
        writeFileSync(file, "");
        truncateSync(file, megabytes * 1024 ** 2);
        await run("mkfs.ext4", ["-q", "-m", "0", file], { env: withSbin });
        const device = (await run("losetup", ["--find", "--show", file], { env: withSbin })).trim();
        await docker("volume", "create", "--opt", "type=ext4", "--opt", `device=${device}`, volume);
        const disk = new SmallDisk(volume, device, file, image);
        // What begins with an empty volume wants an empty folder.
        await disk.inside("rmdir /disk/lost+found");
        return disk;
    }

    /** Fills it to the last block. */
    public async fill(): Promise<void> {
        await this.inside("cat /dev/zero > /disk/filler 2> /dev/null || sync");
    }

    /** Makes the room again. */
    public async free(): Promise<void> {
        await this.inside("rm /disk/filler && sync");
    }

    /** Once nothing uses the volume. */
    public async remove(): Promise<void> {
        await run("losetup", ["--detach", this.device], { env: withSbin });
        rmSync(this.file);
    }

    private async inside(command: string): Promise<void> {
        const options = ["--rm", "--user", "0", "--network", "none", "--volume", `${this.volume}:/disk`];
        await docker("run", ...options, "--entrypoint", "sh", this.image, "-c", command);
    }
}

const withSbin = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
