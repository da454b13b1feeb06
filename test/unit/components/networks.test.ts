import { expect } from "chai";
import { Networks, type NetworkArgs } from "../../../components/networks";
import { all, namesOf } from "../../support/find";
import { runUnderMocks } from "../../support/mocks";
import { leavesOf, valueOf } from "../../support/outputs";
import { context, threeNetworks } from "../../support/surroundings";

describe("networks", () => {
    it("are created under the prefix, and the databases' is closed to the outside", async () => {
        const { resources, result } = await runUnderMocks(() => threeNetworks(context({ prefix: "staging-" })));

        const made = all(resources, "network").map(({ inputs }) => [inputs.name, inputs.internal]);
        expect(made).to.deep.equal([
            ["staging-frontend_net", false],
            ["staging-backend_net", false],
            ["staging-db_net", true],
        ]);
        expect(result.names).to.deep.equal({
            frontend: "staging-frontend_net",
            backend: "staging-backend_net",
            db: "staging-db_net",
        });
    });

    it("are joined by id, so that a recreated one is noticed", async () => {
        const { result } = await runUnderMocks(() => threeNetworks(context()));

        const attached = result.attach(["db", "backend"], "postgres", "pg");
        expect((await leavesOf(attached)).map(({ value }) => value)).to.deep.equal([
            "nets-db-id",
            "postgres",
            "pg",
            "nets-backend-id",
            "postgres",
            "pg",
        ]);
    });

    it("are joined by exactly their name where others made them, whatever the prefix, and not created", async () => {
        const networks: Record<string, NetworkArgs> = {
            frontend: { name: "proxy_net", adopt: true },
            db: { name: "db_net" },
        };
        const { result, resources } = await runUnderMocks(
            () => new Networks("nets", { networks, context: context({ prefix: "staging-" }) }),
        );

        expect(namesOf(resources, "network")).to.deep.equal(["nets-db"]);
        expect(result.names.frontend).to.equal("proxy_net");
        const [attachment] = result.attach(["frontend"]);
        expect(await valueOf(attachment?.network ?? "")).to.equal("proxy_net");
    });

    it("of an unknown role are refused, with the known ones", async () => {
        const { result } = await runUnderMocks(() => threeNetworks(context()));

        expect(() => result.attach(["dmz"])).to.throw("no network has the role dmz; there are frontend, backend, db");
    });
});
