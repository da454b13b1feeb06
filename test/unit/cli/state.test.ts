import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasLost, keepVolume, leaveHost, leaveVolumes, readState, rememberedVolumes } from "../../../cli/stack/state";
import type { OpenStack } from "../../../cli/workplace";
import { DockerConnection } from "../../../engine/connection";
import { type FakeEngine, startEngine } from "../../support/engine";

describe("what the state knows", () => {
    let engine: FakeEngine;
    before(async () => {
        const containers = [{ Id: "c1", State: "exited" }];
        engine = await startEngine({ lists: { containers, networks: [{ Name: "n1" }], volumes: [{ Name: "v1" }] } });
    });
    after(() => engine.close());

    const known = ["container:Container c1", "network:Network n1", "volume:Volume v1"];
    const isLost = async (...entries: string[]) => {
        const resources = entries.map((entry) => {
            const [type = "", id] = entry.split(" ");
            return { urn: "", type: type.startsWith("random") ? type : `docker:index/${type}`, id };
        });
        return await hasLost(new DockerConnection({ host: engine.host }, {}), { resources, pending: [] });
    };

    it("has the volumes that the last update made or found, and none before the first", () => {
        const memory = { '"staging-"': "", "media staging-ak_media": "made", "postgres pg": "made" };
        const step = { urn: "urn:pulumi:dev::p::pulumi:index:Stash::prefix", type: "", inputs: { input: { memory } } };
        expect(rememberedVolumes({ resources: [step], pending: [] })).to.deep.equal(["staging-ak_media", "pg"]);
        expect(rememberedVolumes({ resources: [], pending: [] })).to.deep.equal([]);
    });

    it("of one host's volumes is that they stay, once the stack is on a Swarm", () => {
        const inputs = {
            input: { memory: { '"staging-"': "", "media staging-ak_media": "made", "postgres pg": "on a Swarm" } },
        };
        const step = { urn: "urn:pulumi:dev::p::pulumi:index:Stash::prefix", type: "pulumi:index:Stash", inputs };
        const volume = {
            urn: "urn:pulumi:dev::p::docker:index/volume:Volume::x-socket",
            type: "docker:index/volume:Volume",
        };
        const network = {
            urn: "urn:pulumi:dev::p::docker:index/network:Network::db",
            type: "docker:index/network:Network",
        };
        const resources = [step, volume, network];
        expect(leaveVolumes({ resources })).to.equal(true);
        expect(resources).to.deep.equal([step, { ...volume, retainOnDelete: true }, network]);
        expect(inputs.input.memory).to.deep.equal({
            ...{ '"staging-"': "", "media staging-ak_media": "", "postgres pg": "on a Swarm" },
        });
        expect(leaveVolumes({ resources: [step, network] }), "which it does once").to.equal(false);
        expect(leaveVolumes({ resources: [] })).to.equal(false);
    });

    it("is all there, also what was stopped and what is no object of Docker's", async () => {
        expect(await isLost(...known, "random:index/randomPassword:RandomPassword none")).to.equal(false);
    });

    for (const gone of ["container:Container c2", "network:Network n2", "volume:Volume v2"]) {
        it(`is not all there without a ${gone}`, async () => {
            expect(await isLost(...known, gone)).to.equal(true);
        });
    }

    describe("is changed", () => {
        let folder = "";
        beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "state-"))));
        afterEach(() => rmSync(folder, { recursive: true }));

        const volume = { urn: "urn:pulumi:dev::p::docker:index/volume:Volume::pg", type: "docker:index/volume:Volume" };
        const password = { urn: "password", type: "random:index/randomPassword:RandomPassword" };
        const secret = { outputs: { result: { "4dabf18193072939515e22adb298388d": "", ciphertext: "v1:sealed" } } };
        const resources = [
            { ...volume, id: "pg" },
            { ...password, ...secret },
        ];

        /** A stack whose Pulumi has this state, and keeps what it is given. */
        const opened = () => {
            writeFileSync(join(folder, "state"), JSON.stringify({ version: 3, deployment: { resources } }));
            const program = [
                ...["#!/bin/sh", `cd ${folder}`, 'echo "$*" >> asked'],
                'case "$2" in export) cat state ;; import) cat > imported ;; esac',
            ];
            writeFileSync(join(folder, "pulumi"), program.join("\n"), { mode: 0o755 });
            return {
                stack: { name: "dev", workspace: { workDir: folder } },
                workplace: { pulumi: { command: { command: join(folder, "pulumi") }, env: {} }, backend: { env: {} } },
            } as unknown as OpenStack;
        };
        const imported = () => JSON.parse(readFileSync(join(folder, "imported"), "utf8")) as unknown;
        const kept = [{ ...resources[0], retainOnDelete: true }, resources[1]];

        it("without its secrets in plain text, and through no file", async () => {
            await keepVolume(opened(), "pg");

            expect(imported()).to.deep.equal({ version: 3, deployment: { resources: kept } });
            expect(readFileSync(join(folder, "asked"), "utf8").trim().split("\n")).to.deep.equal([
                "stack export --stack dev --non-interactive",
                "stack import --stack dev --non-interactive",
            ]);
        });

        it("only where there is something to change", async () => {
            await keepVolume(opened(), "of nobody");
            expect(readdirSync(folder)).to.not.include("imported");
        });

        it("in the same way where the stack leaves its host", async () => {
            const open = opened();
            await leaveHost(() => undefined, open, await readState(open));
            expect(imported()).to.deep.equal({ version: 3, deployment: { resources: kept } });
        });
    });
});
