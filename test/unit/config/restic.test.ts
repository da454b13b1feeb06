import { expect } from "chai";
import { kindOfRepository, resticAccess, resticKeyNeededBy, restic } from "../../../config/restic";
import { sshKeyProblem } from "../../../config/secrets";
import { sshKeys } from "../../support/ssh-keys";

describe("the section backup.restic", () => {
    // What restic 0.18 says to each of them was seen with `restic --repo <it> cat config`.
    for (const [kind, repositories] of [
        [
            "s3",
            [
                "s3:https://s3.example.com/bucket/a b",
                "s3:minio:9000/bucket",
                "s3://s3.example.com/bucket",
                "s3:http://[::1]:9000/bucket/",
            ],
        ],
        ["b2", ["b2:bucket", "b2:bucket-1:a/b", "b2:Bucket-1:"]],
        ["rest", ["rest:https://backup.example.com", "rest:http://192.0.2.1:8000/authentik/"]],
        ["sftp", ["sftp:nas:", "sftp:u@nas:/a b", "sftp:u@nas:a", "sftp://u@nas/a", "sftp://[2001:db8::1]:2222//a"]],
        ["folder", ["/mnt/backup", "/mnt/back up/authentik/"]],
        [
            undefined,
            [
                ...["", "backup", "./backup", "/", "azure:a:/b", "rclone:a:b", "foo:bar"],
                ...[
                    "s3:",
                    "s3:https://s3.example.com",
                    "s3:https://s3.example.com/",
                    "s3:host",
                    "s3:host/ab",
                    "s3:/bucket",
                ],
                ...["b2:", "b2:short", "b2:not.allowed", "rest:", "rest:backup.example.com", "rest:ftp://backup"],
                ...["sftp:", "sftp:nas", "sftp://nas", "sftp:///a", "sftp:u@nas:~/a"],
                // Small letters alone name a kind.
                ...["B2:bucket", "S3:https://s3.example.com/bucket", "SFTP:nas:", "REST:https://backup.example.com"],
                // A password belongs into the secret.
                ...["rest:https://u:p@backup.example.com/", "sftp://u:p@nas/a", "s3:https://k:s@s3.example.com/bucket"],
            ],
        ],
    ] as const)
        it(kind === undefined ? "refuses what restic refuses" : `knows ${kind}`, () => {
            for (const repository of repositories) {
                expect(kindOfRepository(repository), repository).to.equal(kind);
                const needs = { user: kind === "s3" || kind === "b2" ? "an-id" : undefined };
                const hosts = { knownHosts: kind === "sftp" ? "nas ssh-ed25519 AAAA" : undefined };
                expect(restic.safeParse({ repository, ...needs, ...hosts }).success).to.equal(kind !== undefined);
            }
        });

    it("keeps two weeks of days, eight weeks and a year of months, and checks once a week", () => {
        expect(restic.parse({ repository: "/mnt/backup" })).to.deep.equal({
            ...{ repository: "/mnt/backup", check: "weekly", memory: "512m" },
            keep: { last: 14, daily: 14, weekly: 8, monthly: 12 },
        });
    });

    it("gives restic the credentials where it looks for them, and a folder by its place in the container", () => {
        expect(resticAccess({ repository: "s3:host/bucket", user: "id" }, "/repository")).to.deep.equal({
            ...{ kind: "s3", location: "s3:host/bucket", variables: { AWS_ACCESS_KEY_ID: "id" } },
            keyVariable: "AWS_SECRET_ACCESS_KEY",
        });
        expect(resticAccess({ repository: "/mnt/backup" }, "/repository")).to.deep.include({
            ...{ location: "/repository", variables: {}, keyVariable: undefined },
        });
        expect(resticKeyNeededBy({ repository: "rest:https://backup.example.com" })).to.equal(undefined);
        expect(resticKeyNeededBy({ repository: "rest:https://backup.example.com", user: "u" })).to.equal(
            "backup.restic.user",
        );
        expect(resticKeyNeededBy({ repository: "sftp:nas:" })).to.equal("backup.restic.repository");
    });

    it("takes keys that ssh uses without asking, and no others", () => {
        expect(sshKeyProblem(sshKeys.open)).to.equal(undefined);
        expect(sshKeyProblem(sshKeys.locked)).to.contain("without a passphrase");
        expect(sshKeyProblem("a password")).to.contain("must be a private key of ssh");
    });
});
