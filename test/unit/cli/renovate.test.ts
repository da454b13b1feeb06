import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imagePins } from "../../../authentik/images";
import { projectRoot } from "../../../cli/workplace";

interface Manager {
    managerFilePatterns: string[];
    matchStrings: string[];
}

describe("Renovate's configuration", () => {
    const { customManagers } = JSON.parse(readFileSync(join(projectRoot, "renovate.json"), "utf8")) as {
        customManagers: Manager[];
    };
    const tracked = [...readdirSync(projectRoot), "authentik/image-pins.json"];
    const found = customManagers.flatMap(({ managerFilePatterns, matchStrings }) => {
        const patterns = managerFilePatterns.map((pattern) => new RegExp(pattern.slice(1, -1)));
        return tracked
            .filter((file) => patterns.some((pattern) => pattern.test(file)))
            .flatMap((file) =>
                matchStrings.flatMap((match) =>
                    [...readFileSync(join(projectRoot, file), "utf8").matchAll(new RegExp(match, "g"))].map(
                        ({ groups }) => `${file} ${groups?.depName ?? "authentik"} ${groups?.currentValue ?? ""}`,
                    ),
                ),
            );
    });

    it("finds the release of each stack, and every pinned tag", () => {
        const { authentik, postgres, redis, restic } = imagePins.tags;
        expect(found).to.include.members([
            "Pulumi.dev.yaml authentik 2025.8.6",
            `Pulumi.prod.yaml.example authentik ${authentik}`,
            `authentik/image-pins.json authentik ${authentik}`,
            `authentik/image-pins.json postgres ${postgres}`,
            `authentik/image-pins.json redis ${redis}`,
            `authentik/image-pins.json restic ${restic}`,
        ]);
    });
});
