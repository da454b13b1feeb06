/** What to do about failures that the Pulumi CLI only names. */
export function cureOf(reason: string): string | undefined {
    if (!reason.includes("incorrect passphrase")) return undefined;
    return (
        "The stack's secrets were encrypted with another passphrase than .local/passphrase. Put that one into the file, " +
        "or name its file in PULUMI_CONFIG_PASSPHRASE_FILE; to go on without these secrets, remove `encryptionsalt` and " +
        "every `secure` value from the stack's configuration."
    );
}
