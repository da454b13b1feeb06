/** The cure for failures for which the Pulumi CLI gives none. */
export function cureOf(reason: string): string | undefined {
    if (!reason.includes("incorrect passphrase")) return undefined;
    return (
        "The stack's secrets were encrypted with another passphrase than the one in .local/passphrase. Put the right one into " +
        "that file, or name its file in PULUMI_CONFIG_PASSPHRASE_FILE. To continue without these secrets, remove `encryptionsalt` and " +
        "every `secure` value from the stack's configuration."
    );
}
