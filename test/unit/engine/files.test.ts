import { expect } from "chai";
import { DockerConnection } from "../../../engine/connection";
import { foldersOf, type PlainFile, putFiles } from "../../../engine/files";
import { startEngine } from "../../support/engine";

/** Owner, group and mode of a file, as it is put into a container that runs as a user. */
async function put(user: string | undefined, file: Partial<PlainFile> = {}) {
    const engine = await startEngine();
    try {
        const created = engine.provide("c", user);
        const client = await new DockerConnection({ host: engine.host }).client();
        await putFiles(client.getContainer("c"), [{ path: "/run/secrets/a", content: "ü", ...file }]);
        return created.files.map(({ uid, gid, mode }) => [uid, gid, mode])[0];
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
