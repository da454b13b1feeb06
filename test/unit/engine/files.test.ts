import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { foldersOf, type PlainFile, putFiles } from "../../../engine/files";
import { type Behaviour, startEngine } from "../../support/engine";

/** Owner, group and mode of a file, as it is put into a container that runs as a user. */
async function put(user: string | undefined, file: Partial<PlainFile> = {}) {
    return (await copied(user, file)).map(({ uid, gid, mode }) => [uid, gid, mode])[0];
}

/** The files of a container once one was put into it. */
async function copied(user: string | undefined, file: Partial<PlainFile>, behaviour: Behaviour = {}) {
    const engine = await startEngine({
        ...behaviour,
        texts: { "/etc/group": "root:x:0:\nstaff:x:50:\n", ...behaviour.texts },
    });
    try {
        const created = engine.provide("c", user);
        const client = await new DockerConnection({ host: engine.host }).client();
        await putFiles(client.getContainer("c"), [{ path: "/run/secrets/a", content: "ü", ...file }]);
        return created.files;
    } finally {
        await engine.close();
    }
}

describe("the files of a container", () => {
    const users: [user: string | undefined, group: number][] = [
        ["postgres", 70],
        ["70", 70],
        ["999", 1000],
        ["postgres:1234", 1234],
        ["postgres:staff", 50],
        ["4711:staff", 50],
        ["4711", 0],
        ["", 0],
        ["0:0", 0],
        [undefined, 1000],
    ];
    for (const [user, group] of users) {
        it(`are root's, and of group ${group} for the user ${user ?? "of the image"}, as Docker resolves it`, async () => {
            expect(await put(user)).to.deep.equal([0, group, 0o440]);
        });
    }

    const owners: [owner: string, uid: number, gid: number][] = [
        ["postgres", 70, 70],
        ["999", 999, 1000],
        ["4711", 4711, 0],
    ];
    for (const [owner, uid, gid] of owners) {
        it(`of the owner ${owner} are that user's alone`, async () => {
            expect(await put("1000", { owner })).to.deep.equal([uid, gid, 0o400]);
        });
    }

    it("of a user that the image does not have are refused", async () => {
        const error = await put("1000", { owner: "mallory" }).catch((reason: Error) => reason.message);

        expect(error).to.equal("the image has no user mallory");
    });

    it("of a group that the image does not have are refused", async () => {
        const error = await put("1000:wheel").catch((reason: Error) => reason.message);

        expect(error).to.equal("the image has no group wheel");
    });

    const after = "/etc/ssl/certs/ca-certificates.crt";

    it("come behind a file of the image, also where that is a link", async () => {
        const links = { [after]: "../../bundle.pem", "/etc/bundle.pem": "/opt/bundle.pem" };
        const [file] = await copied("1000", { after }, { links, texts: { "/opt/bundle.pem": "CAs" } });

        expect(file?.content).to.equal("CAs\nü");
    });

    it("are refused where the image has no such file", async () => {
        const error = await copied("1000", { after }, { texts: { [after]: "" } }).catch(String);

        expect(error).to.contain(`the image x:1 has nothing in ${after}, which this stack adds to; use an image`);
    });

    it("have one volume for each folder that is in no other", () => {
        const paths = [
            "/run/secrets/a",
            "/run/secrets/b",
            "/blueprints/x/y.yaml",
            "/blueprints/z.yaml",
            "/run/secretsc/a",
        ];

        expect(foldersOf(paths.map((path) => ({ path })))).to.deep.equal([
            "/run/secrets",
            "/blueprints",
            "/run/secretsc",
        ]);
    });
});
