import { expect } from "chai";
import { stopped } from "../../../../cli/doctor/running";
import { formerLabel, generationLabel, resourceLabel, stackLabel } from "../../../../engine/labels";

const identity = "authentik-stack/";

describe("containers that do not run", () => {
    /** What would be started, and why the others would not. */
    function found(containers: Container[], { replaced = [] }: { replaced?: string[] } = {}): string[] {
        const resources = containers
            .filter(({ unknown }) => unknown !== true)
            .map(({ id, name }) => ({
                ...{ type: "docker:index/container:Container", urn: `urn:pulumi:dev::p::t::${name}`, id },
                ...(replaced.includes(id) ? { delete: true } : {}),
            }));
        const listed = containers.map(({ id, name, state = "exited", stack = identity, labels = {} }) => ({
            ...{ Id: id, State: state },
            Labels: { [stackLabel]: stack, [resourceLabel]: name, ...labels },
        }));
        const docker = { type: "docker:index/network:Network", urn: "urn:pulumi:dev::p::t::net", id: "net" };
        return stopped([docker, ...resources], listed, identity).map(
            ({ id, obstacle = "start" }) => `${id}: ${obstacle}`,
        );
    }

    it("are started when they ran, in the order of the state", () => {
        const containers = [
            { id: "p", name: "postgres" },
            { id: "r", name: "redis", state: "running" },
            { id: "s", name: "server" },
        ];
        expect(found(containers)).to.deep.equal(["p: start", "s: start"]);
    });

    it("stay as they are when an update was about to delete them, also where nothing else is of their resource", () => {
        expect(found([{ id: "old", name: "postgres" }], { replaced: ["old"] })).to.deep.equal([
            "old: an update was about to delete it",
        ]);
    });

    it("stay as they are when another is of their resource, on what may be the same data", () => {
        const two = [
            { id: "new", name: "postgres" },
            { id: "old", name: "postgres", state: "running", unknown: true },
        ];
        expect(found(two)).to.deep.equal(["new: another container of the same resource exists"]);
        const former = { [stackLabel]: "", [resourceLabel]: "", [formerLabel]: "urn:pulumi:dev::p::t::postgres" };
        expect(
            found([
                { id: "new", name: "postgres" },
                { id: "old", name: "x", unknown: true, labels: former },
            ]),
        ).to.deep.equal(["new: another container of the same resource exists"]);
        expect(
            found([
                { id: "own", name: "postgres" },
                { id: "theirs", name: "postgres", stack: "authentik-stack/other-", unknown: true },
            ]),
        ).to.deep.equal(["own: start"]);
    });

    it("stay as they are when they were never started, or Docker gave them up", () => {
        expect(
            found([
                { id: "s", name: "server", state: "created" },
                { id: "w", name: "worker", state: "dead" },
            ]),
        ).to.deep.equal([
            "s: an update did not finish it, it is created",
            "w: an update did not finish it, it is dead",
        ]);
    });

    it("stay as they are beside another release, whose data is not theirs any more", () => {
        const of = (generation: string) => ({ [generationLabel]: generation });
        expect(
            found([
                { id: "s", name: "server", state: "running", labels: of("2025.10") },
                { id: "w", name: "worker", labels: of("2025.8") },
                { id: "p", name: "proxy" },
            ]),
        ).to.deep.equal(["w: containers of another release exist", "p: start"]);
    });
});

interface Container {
    id: string;
    name: string;
    /** Default: exited. */
    state?: string;
    /** Default: the one that is mended. */
    stack?: string;
    labels?: Record<string, string>;
    /** Not in the state. Default: false. */
    unknown?: boolean;
}
