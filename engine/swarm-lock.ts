import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** How an image starts. */
export interface ImageStart {
    entrypoint: string[];
    command: string[];
}

/** What a container prints while another one has its data. */
export const heldElsewhere = /another container still uses the data in [^\n]+/;

/**
 * Waits until no other container on this machine has the folder, keeps it from others, and starts the image. Swarm itself starts a
 * second container beside the first when it has lost sight of a node for a moment, and PostgreSQL knows another only by the number of
 * its process, which is 1 in every container. What the kernel locks is free again as soon as the last process has ended that has it.
 *
 * The folder itself is locked: PostgreSQL makes its data only in an empty one. Where that cannot be, it says so and starts. Over NFS,
 * the kernel keeps such a lock to one machine: what runs on another does not wait.
 */
const script = `
folder="$1"
shift
exec 9<"$folder"
trap "exit 143" TERM INT
seconds=0
until said="$(flock -n 9 2>&1)"; do
  if [ -n "$said" ]; then
    echo "the data in $folder cannot be locked, so that a second container could use it: $said" >&2
    break
  fi
  if [ $((seconds % 5)) -eq 0 ]; then echo "another container still uses the data in $folder; this one waits for its end, which 'docker stop' on this node brings about" >&2; fi
  seconds=$((seconds + 1))
  sleep 1
done
trap - TERM INT
exec "$@"
`;

/**
 * A container that starts once it alone has its data.
 *
 * @param folder with the data.
 * @param startOf says how an image starts, which the script does last.
 */
export function lockedArgs(
    args: docker.ContainerArgs,
    folder: string,
    startOf: (image: string) => pulumi.Output<ImageStart>,
): docker.ContainerArgs {
    // With an entrypoint of its own, nobody has to ask.
    const image =
        args.entrypoints === undefined
            ? pulumi.output(args.image).apply((known) => startOf(known))
            : pulumi.output({ entrypoint: [], command: [] });
    const given = pulumi.output({ entrypoints: args.entrypoints, command: args.command });
    const start = pulumi.all([given, image]).apply(([{ entrypoints, command }, own]) => ({
        entrypoints: ["sh", "-c", script, "sh", folder, ...(entrypoints ?? own.entrypoint)],
        // An entrypoint of one's own is not given the command of the image.
        command: command ?? (entrypoints === undefined ? own.command : []),
    }));
    return { ...args, entrypoints: start.entrypoints, command: start.command };
}

/** How the image of such a container starts, from what its service was made of; undefined where that is another one. */
export function startIn(folder: string, command: string[], args: string[]): ImageStart | undefined {
    const [shell, option, , name, locked, ...entrypoint] = command;
    const isLocked = shell === "sh" && option === "-c" && name === "sh" && locked === folder;
    return isLocked ? { entrypoint, command: args } : undefined;
}
