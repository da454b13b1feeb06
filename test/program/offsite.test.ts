import { expect } from "chai";
import { roles } from "../../authentik/roles";
import { titleOf } from "../../cli/graph/topology";
import { devWith } from "../support/configuration";
import { contentOf, filesOf } from "../support/files";
import { container, environmentOf, namesOf } from "../support/find";
import { runProgram } from "../support/mocks";
import type { Registered } from "../support/recording";
import { sshKeys } from "../support/ssh-keys";
import { itOnHost, onEach } from "../support/runtimes";

const name = "authentik-offsite-container";
const knownHosts = "nas ssh-ed25519 AAAAC3NzaC1lZDI1NTE5";

async function withRestic(restic: object, key: object): Promise<Registered[]> {
    const secrets = { "restic-password": "opens it", ...key };
    const configuration = devWith({ backup: { restic }, secrets });
    return (await runProgram({ configuration, secretKeys: ["secrets"] })).resources;
}

onEach("the program's copies of backups elsewhere", () => {
    let resources: Registered[];
    before(async () => {
        const sftp = { repository: "sftp:u@nas:/authentik", knownHosts, keep: { weekly: 0 } };
        resources = await withRestic(sftp, { "restic-key": sshKeys.open });
    });

    it("are there only where they are configured", async () => {
        expect(namesOf((await runProgram()).resources, "container")).to.not.include(name);
    });

    itOnHost("run in restic's image as authentik's user, and read the backups alone", () => {
        const { inputs } = container(resources, name);

        expect(inputs).to.include({ image: "restic/restic:0.18.1", user: "1000", memory: 512, readOnly: true });
        expect(inputs.mounts).to.deep.equal([
            { source: "ak_backups", target: "/backups", readOnly: true, type: "volume" },
        ]);
        expect(inputs.networksAdvanced).to.have.length(1);
        expect((inputs.healthcheck as { tests: string[] }).tests).to.deep.equal([
            ...["CMD", "sh", "/run/authentik-stack/offsite.sh", "health"],
        ]);
    });

    it("know their repository and what to keep, and no secret, from their environment", () => {
        const environment = environmentOf(container(resources, name));

        expect(environment).to.include({
            ...{ RESTIC_REPOSITORY: "sftp:u@nas:/authentik", OWNER: "authentik-offsite" },
            ...{ PERIOD: "86400", CHECK_PERIOD: "604800" },
            KEEP: "--keep-last 14 --keep-daily 14 --keep-monthly 12",
        });
        expect(roles.offsite.variables).to.include.members(Object.keys(environment));
        expect(JSON.stringify(container(resources, name).inputs)).to.not.match(/opens it|PRIVATE KEY/);
    });

    itOnHost(
        "know their stack by its secret key as well, and have a host name of their own for restic's locks",
        async () => {
            const fingerprint = (of: string) => contentOf(resources, of, "/run/secrets/secret_key_fingerprint");

            expect(await fingerprint(name)).to.equal(await fingerprint("authentik-backups-container"));
            expect(container(resources, name).inputs).to.not.have.property("hostname");
            expect(titleOf(container(resources, name).inputs), "for people").to.equal("authentik-offsite");
        },
    );

    it("reach an sftp server with a key of their user, ending in a line break, and no other server", async () => {
        const files = await filesOf(resources, name);
        const found = (path: string) => files.find((file) => file.path === path) ?? expect.fail(`no ${path}`);

        expect(found("/run/secrets/restic_key")).to.include({ content: sshKeys.open, uid: 1000, mode: 0o400 });
        expect(found("/run/secrets/known_hosts").content).to.equal(`${knownHosts}\n`);
        expect(found("/run/secrets/restic_password").content).to.equal("opens it");
    });

    it("reach a bucket with a key in a file whose name is the variable that restic reads", async () => {
        const bucket = await withRestic({ repository: "b2:bucket", user: "0012" }, { "restic-key": "K00-of-b2" });

        expect(environmentOf(container(bucket, name))).to.include({ B2_ACCOUNT_ID: "0012" });
        const files = await filesOf(bucket, name);
        expect(files.find(({ path }) => path === "/run/secrets/B2_ACCOUNT_KEY")?.content).to.equal("K00-of-b2");
        expect(files.map(({ path }) => path)).to.not.include("/run/secrets/restic_key");
    });

    itOnHost("get a folder of the host, and no credentials, where that is the repository", async () => {
        const folder = await withRestic({ repository: "/mnt/backup" }, {});

        expect((container(folder, name).inputs.mounts as object[])[1]).to.deep.include({
            ...{ source: "/mnt/backup", target: "/repository", type: "bind" },
        });
        expect(environmentOf(container(folder, name))).to.include({ RESTIC_REPOSITORY: "/repository" });
    });
});
