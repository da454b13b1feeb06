import { type BadRow, hidden } from "../../../support/bad-configuration";
import { sshKeys } from "../../../support/ssh-keys";

const secretKeys = ["secrets"];
const password = { "restic-password": "opens it" };
const knownHosts = "nas.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5";
const sftp = { repository: "sftp:u@nas.example.com:/authentik", knownHosts };

/** A stack whose backups are copied elsewhere. */
function copied(restic: object, secrets: object = password): Pick<BadRow, "changes" | "secretKeys"> {
    return { changes: { backup: { restic }, secrets }, secretKeys };
}

/** Backups, and their copies elsewhere. */
export const backupRows: BadRow[] = [
    {
        wrong: "a repository that restic does not know",
        ...copied({ repository: "nas.example.com:/authentik" }),
        problems: [
            ["backup.restic.repository", "nas.example.com:/authentik", "must be a repository of restic such as s3:"],
        ],
    },
    {
        wrong: "a repository without its password",
        ...copied({ repository: "/mnt/backup" }, {}),
        problems: [
            [
                "secrets.restic-password",
                undefined,
                "is missing, and backup.restic needs it: `pulumi config set --secret",
            ],
        ],
    },
    {
        wrong: "a bucket without the id of a key",
        ...copied({ repository: "s3:https://s3.example.com/bucket" }),
        problems: [["backup.restic.user", undefined, "is missing; it must be the id of the s3 key"]],
    },
    {
        wrong: "a bucket without the key itself",
        ...copied({ repository: "b2:bucket:authentik", user: "0012" }),
        problems: [["secrets.restic-key", undefined, "is missing, and backup.restic.user needs it"]],
    },
    {
        wrong: "an sftp server without its keys",
        ...copied({ repository: sftp.repository }, { ...password, "restic-key": sshKeys.open }),
        problems: [["backup.restic.knownHosts", undefined, "`ssh-keyscan <host>` prints them"]],
    },
    {
        wrong: "an sftp server without a private key for it",
        ...copied(sftp),
        problems: [["secrets.restic-key", undefined, "is missing, and backup.restic.repository needs it"]],
    },
    {
        wrong: "a private key with a passphrase",
        ...copied(sftp, { ...password, "restic-key": sshKeys.locked }),
        problems: [["secrets.restic-key", hidden, "without a passphrase"]],
    },
    {
        wrong: "a private key where a word is asked for",
        ...copied(
            { repository: "rest:https://backup.example.com", user: "u" },
            { ...password, "restic-key": sshKeys.open },
        ),
        problems: [["secrets.restic-key", hidden, "must be one line: the key that belongs to backup.restic.user"]],
    },
    {
        wrong: "what a folder has no use for",
        ...copied({ repository: "/mnt/backup", user: "u", knownHosts }, { ...password, "restic-key": "a-key-of-mine" }),
        problems: [
            ["backup.restic.user", "u", "has no effect on a folder; remove it"],
            ["backup.restic.knownHosts", knownHosts, "is only for sftp; remove it"],
        ],
    },
    {
        wrong: "copies of backups that nobody makes",
        changes: { backup: { run: false, restic: { repository: "/mnt/backup" } }, secrets: password },
        secretKeys,
        problems: [["backup.run", false, "leaves backup.restic nothing to copy"]],
    },
    {
        wrong: "an outpost with the name of what copies backups",
        changes: {
            ...copied({ repository: "/mnt/backup" }).changes,
            "outposts[0].name": "offsite",
            "applications[0].provider.outpost": "offsite",
        },
        secretKeys,
        problems: [
            ["outposts[0].name", "offsite", "is the name of the container that copies the backups; choose another"],
        ],
    },
    {
        wrong: "keeping half a copy",
        ...copied({ repository: "/mnt/backup", keep: { daily: 0.5 } }),
        problems: [["backup.restic.keep.daily", 0.5, "must be a whole number from 0 to 10000, such as 14"]],
    },
];
