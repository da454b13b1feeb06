import { expect } from "chai";
import { loadConfig } from "../../../config/load";
import { valueAt } from "../../../ground/problems";
import { errorOf } from "../../support/bad-configuration";
import { devWith } from "../../support/configuration";
import { startMocks } from "../../support/mocks";
import { accepted } from "./cases/accepted";
import { acceptedOfProviders, refusedOfProviders } from "./cases/providers";
import { refusedOfApplications } from "./cases/refused-applications";
import { refusedOfStack } from "./cases/refused-stack";
import { acceptedSurroundings, refusedSurroundings } from "./cases/surroundings";

/** Inputs of people who run authentik, each held to the program that gets the value. */

describe("a value that the program takes which gets it", () => {
    for (const [what, changes, path, value] of [...accepted, ...acceptedOfProviders, ...acceptedSurroundings]) {
        it(`is accepted: ${what}`, async () => {
            await startMocks({ configuration: devWith(changes), secretKeys: ["secrets"] });
            const config = loadConfig();

            if (path !== undefined) expect(valueAt(config, path)).to.equal(value);
        });
    }
});

describe("a value that the program does not take which gets it", () => {
    const refused = [...refusedOfApplications, ...refusedOfProviders, ...refusedOfStack, ...refusedSurroundings];
    for (const [what, changes, key, cure] of refused) {
        it(`is refused with its place and what to do: ${what}`, async () => {
            const error = (await errorOf(devWith(changes), ["secrets"])) ?? "no error";
            const lines = error.split("\n").filter((line) => line.startsWith(`  authentik-stack:${key} `));

            expect(lines, error).to.have.length(1);
            expect(lines[0]).to.contain(cure);
            expect(error).to.not.contain("hunter2");
        });
    }
});
