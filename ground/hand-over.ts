/**
 * The program that gives folders, with all that is in them, to a user: only what belongs to another one is changed, so that a large
 * volume that already fits is read and not written.
 *
 * It runs as root, so the policy pack accepts this program alone. busybox has all of it; a symbolic link itself is given, not what it
 * leads to.
 *
 * @param owner a user by name or numeric id; `user:group` to give them to a group as well.
 * @param folders absolute paths.
 * @example
 * const [entrypoint, ...command] = handOverProgram("1000", ["/media"]);
 */
export function handOverProgram(owner: string, folders: string[]): string[] {
    const [user = "", group] = owner.split(":");
    const another = ["!", "-user", user, ...(group === undefined ? [] : ["-o", "!", "-group", group])];
    return ["find", ...folders, "(", ...another, ")", "-exec", "chown", "-h", owner, "{}", "+"];
}

/** Whether a program is one that gives folders to a user, and does nothing else. */
export function isHandOver(program: string[]): boolean {
    const folders = program.slice(1, program.indexOf("("));
    const same = handOverProgram(program.at(-3) ?? "", folders);
    return (
        folders.length > 0 &&
        folders.every((folder) => folder.startsWith("/")) &&
        program.length === same.length &&
        program.every((word, index) => word === same[index])
    );
}
