import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { parse } from "yaml";
import { Description } from "../../../../cli/preview/description";

function event(name: string, inputs: object, type = "docker:index/container:Container", op = "create"): EngineEvent {
    const metadata = { op, urn: `urn:pulumi:prod::authentik-stack::${type}::${name}`, type, new: { inputs } };
    return { resourcePreEvent: { metadata } } as unknown as EngineEvent;
}

function describeAll(...events: EngineEvent[]): string {
    const description = new Description();
    for (const each of events) description.onEvent(each);
    return description.toString();
}

describe("the description of a preview", () => {
    it("is the same whatever order the resources come in", () => {
        const [a, b] = [event("a", { image: "x", cpus: "1" }), event("b", {})];

        expect(describeAll(a, b)).to.equal(describeAll(b, event("a", { cpus: "1", image: "x" })));
    });

    it("has no value that is random or not known yet", () => {
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const text = describeAll(
            event("server", { name: "server-0a1b2c3", networks: [{ id: unknown }], __defaults: [] }),
        );

        expect(parse(text)).to.deep.equal({
            "server (docker:index/container:Container)": {
                name: "server-(random)",
                networks: [{ id: "(not known yet)" }],
            },
        });
    });

    it("tells a component from the resource of its name", () => {
        const text = describeAll(
            event("outpost", { memory: 1 }),
            event("outpost", {}, "authentik-stack:index:Outpost"),
        );

        expect(Object.keys(parse(text) as object)).to.have.length(2);
    });

    it("leaves out the stack itself, what is only read, and other events", () => {
        const stack = event("authentik-stack-prod", {}, "pulumi:pulumi:Stack");

        expect(parse(describeAll(stack, event("x", {}, "a:b:C", "read"), {} as EngineEvent))).to.deep.equal({});
    });
});
