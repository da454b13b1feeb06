/**
 * The program that gives folders, with all that is in them, to a user: only what belongs to another one is changed, so that a large
 * volume that already fits is read and not written.
 *
 * It runs as root, so the policy pack accepts this program alone. busybox has all of it; a symbolic link itself is given, not what it
 * leads to.
 *
 * @param user by name or numeric id.
 * @param folders absolute paths.
 * @example
 * const [entrypoint, ...command] = handOverProgram("1000", ["/media"]);
 */
export function handOverProgram(user: string, folders: string[]): string[] {
    return ["find", ...folders, "!", "-user", user, "-exec", "chown", "-h", user, "{}", "+"];
}

/** Whether a program is one that gives folders to a user, and does nothing else. */
export function isHandOver(program: string[]): boolean {
    const end = program.indexOf("!");
    const folders = program.slice(1, end);
    const user = program[end + 2] ?? "";
    const same = handOverProgram(user, folders);
    return (
        folders.length > 0 &&
        folders.every((folder) => folder.startsWith("/")) &&
        program.length === same.length &&
        program.every((word, index) => word === same[index])
    );
}
