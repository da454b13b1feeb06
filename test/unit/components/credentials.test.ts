import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Credentials, type CredentialsArgs } from "../../../components/credentials";
import type { SecretName } from "../../../config/secrets";
import { runUnderMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { generated } from "../../support/provider";

async function secretOf(args: CredentialsArgs, key: SecretName = "outpost/one") {
    const run = await runUnderMocks(() => ({ secret: new Credentials(args).secret(key, "authentik", {}) }));
    return { ...run, secret: run.result.secret };
}

describe("credentials", () => {
    it("generate a secret of letters and digits, named after its key", async () => {
        const { secret, resources } = await secretOf({});

        expect(resources.map(({ name }) => name)).to.deep.equal(["authentik-outpost-one"]);
        expect(resources[0]?.inputs).to.deep.equal({ length: 50, special: false });
        expect(await valueOf(secret)).to.equal(generated("authentik-outpost-one"));
        expect(await pulumi.isSecret(secret)).to.equal(true);
    });

    it("hand out a secret that was supplied, marked secret, and generate none", async () => {
        const { secret, resources } = await secretOf({ supplied: { "outpost/one": "supplied-by-me" } });

        expect(await valueOf(secret)).to.equal("supplied-by-me");
        expect(await pulumi.isSecret(secret)).to.equal(true);
        expect(resources).to.deep.equal([]);
    });

    it("hand out no secret in the place of another", async () => {
        const { secret } = await secretOf({ supplied: { "outpost/two": "supplied-by-me" } });

        expect(await valueOf(secret)).to.equal(generated("authentik-outpost-one"));
    });

    it("generate a new secret when the number of its rotation changes, zero being a number too", async () => {
        const keepers = async (rotation: Record<string, number>) =>
            (await secretOf({ rotation })).resources[0]?.inputs.keepers;

        expect(await keepers({ "outpost/one": 0 })).to.deep.equal({ generation: "0" });
        expect(await keepers({ "outpost/one": 1 })).to.deep.equal({ generation: "1" });
        expect(await keepers({ "outpost/two": 1 })).to.equal(undefined);
    });
});
