import { expect } from "chai";
import { errorOf, showsProblem } from "../../support/bad-configuration";
import { devConfiguration, devFile, devWith } from "../../support/configuration";
import { applicationRows } from "./bad/applications";
import { backupRows } from "./bad/backup";
import { dataRows } from "./bad/data";
import { gatewayRows } from "./bad/gateway";
import { limitRows } from "./bad/limits";
import { outpostRows } from "./bad/outposts";
import { secretRows } from "./bad/secrets";
import { signInRows } from "./bad/sign-in";
import { stackRows } from "./bad/stack";
import { tlsRows } from "./bad/tls";

const rows = [
    ...stackRows,
    ...limitRows,
    ...outpostRows,
    ...applicationRows,
    ...signInRows,
    ...dataRows,
    ...tlsRows,
    ...backupRows,
    ...gatewayRows,
    ...secretRows,
];

describe("a bad configuration", () => {
    for (const { wrong, changes, secretKeys, problems } of rows) {
        it(`is refused with key, value and cure: ${wrong}`, async () => {
            const [head, ...lines] = (await errorOf(devWith(changes), secretKeys))?.split("\n") ?? [];

            const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
            expect(head).to.equal(`${count} in the configuration; nothing was changed:`, lines.join("\n"));
            for (const problem of problems) {
                const shown = lines.filter((line) => showsProblem(line, problem));
                expect(shown, `${problem[0]}: ${problem[2]}, in:\n${lines.join("\n")}`).to.have.length(1);
            }
        });
    }

    for (const { wrong, changes, secretKeys } of secretRows) {
        it(`is refused without a secret in the error: ${wrong}`, async () => {
            expect(await errorOf(devWith(changes), secretKeys))
                .to.be.a("string")
                .and.not.contain("hunter2");
        });
    }

    it("lists every problem at once, also where keys are wrong by themselves and in what they say of each other", async () => {
        const error = await errorOf(
            devWith({
                colour: "red",
                url: "nowhere",
                "worker.memory": "much",
                "applications[1].slug": "organizr",
                "outposts[1].ports[0].port": 9080,
                "outposts[0].networks[0]": "dmz",
                "consumers[1].redisIndex": 2,
                secrets: { "secret-key": "hunter2-hunter2" },
            }),
        );

        for (const key of [
            "colour",
            "url",
            "worker.memory",
            "applications[1].slug",
            "outposts[1].ports[0].port",
            "outposts[0].networks[0]",
            "consumers[1].redisIndex",
            "secrets.secret-key",
        ])
            expect(error).to.contain(`\n  authentik-stack:${key} = `);
        expect(error).to.match(/^8 problems in the configuration; nothing was changed:/);
        expect(error).to.not.contain("hunter2");
    });
});

describe("the development configuration", () => {
    it("has no problem, with its gateway and with ports of the host", async () => {
        expect(await errorOf(devFile())).to.equal(undefined);
        expect(await errorOf(devConfiguration())).to.equal(undefined);
    });
});
