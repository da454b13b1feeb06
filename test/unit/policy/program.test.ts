import { expect } from "chai";
import { containersOf } from "../../../policy/container";
import { policies } from "../../../policy/policies";
import { devWith } from "../../support/configuration";
import { runProgram } from "../../support/mocks";
import { generated } from "../../support/provider";
import type { Registered } from "../../support/recording";
import { type Checked, packViolations } from "./validate";

const digest = `@sha256:${"0123456789abcdef".repeat(4)}`;
const images = Object.fromEntries(
    ["server", "proxy", "postgres", "redis"].map((image) => [image, `example/${image}:1${digest}`]),
);

const passwordType = "random:index/randomPassword:RandomPassword";

/** A resource as a policy gets it after an update. */
function checked({ type, name, urn, inputs, options }: Registered): Checked {
    const props = type === passwordType ? { ...inputs, result: generated(name) } : inputs;
    return { type, name, urn, props, protect: options.protect === true };
}

describe("the policy pack on the whole program", () => {
    for (const preview of [false, true])
        it(`reads every container that will run, and passes it${preview ? ", in a preview" : ""}`, async () => {
            const configuration = devWith({ images });
            const { resources } = await runProgram({ configuration, stack: "prod", preview });
            const all = resources.map(checked);
            expect(await packViolations(policies, all)).to.deep.equal([]);
            const read = all.flatMap((resource) =>
                containersOf({ type: "", ...resource }).map(({ kind, inputs }) =>
                    `${kind} ${resource.name} ${[inputs.entrypoints].flat().join(" ")}`.trim(),
                ),
            );
            expect(read).to.have.members([
                "container authentik-postgres-server",
                // Its data, and its socket.
                "job authentik-postgres-server-healthy find",
                "job authentik-postgres-databases psql",
                "job authentik-release psql",
                "container authentik-redis-server",
                "job authentik-redis-server-healthy find",
                "container authentik-server",
                "job authentik-server-healthy find",
                "container authentik-worker",
                "job authentik-worker-healthy find",
                // What applies them, and what compares.
                "job authentik-blueprints-applied python",
                "job authentik-blueprints-applied python",
                "container authentik-backups-container sh /run/authentik-stack/backup.sh",
                "job authentik-backups-container-healthy find",
                "container authentik-ak-outpost-organizr",
                "job authentik-ak-outpost-organizr-healthy find",
                "container authentik-ak-outpost-cwad",
                "job authentik-ak-outpost-cwad-healthy find",
                "job authentik-serving-proven python",
            ]);
        });
});
