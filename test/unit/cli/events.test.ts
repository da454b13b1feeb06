import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { kindOf, nameOf, readable, Report } from "../../../cli/stack/events";

const urn = "urn:pulumi:dev::authentik-stack::authentik-stack:index:Server$docker:index/container:Container::server";

describe("report of an update", () => {
    it("tells each change in one line, and nothing of what stayed the same", () => {
        const { lines, report } = reporting();

        report.onEvent(begun("create"));
        report.onEvent(ended("create"));
        report.onEvent(begun("same"));
        report.onEvent(ended("same"));
        report.onEvent(ended("refresh"));

        expect(lines).to.deep.equal(["created container server (0.0 s)"]);
    });

    it("leaves components and providers out: their parts tell what happens", () => {
        const { lines, report } = reporting();

        report.onEvent(ended("create", { type: "authentik-stack:index:Server", new: state({ custom: false }) }));
        report.onEvent(ended("create", { type: "pulumi:providers:docker" }));

        expect(lines).to.deep.equal([]);
    });

    it("says that a retained resource is kept", () => {
        const { lines, report } = reporting();

        report.onEvent(ended("delete", { new: undefined, old: state({ retainOnDelete: true }) }));

        report.onEvent(ended("delete-replaced", { new: undefined, old: state({ retainOnDelete: true }) }));

        expect(lines).to.deep.equal(["kept container server", "kept container server"]);
    });

    it("says what is being waited for", () => {
        const { report } = reporting();

        report.onEvent(begun("create"));
        expect(report.waiting(Date.now() + 20_000)).to.equal("container server (20 s)");
        report.onEvent(ended("create"));
        expect(report.waiting()).to.equal("");
    });

    it("keeps each error once, without the engine's own summary", () => {
        const { lines, report } = reporting();

        report.onEvent(diagnostic("error", "<{%fg 1%}>no such image<{%reset%}>\n", urn));
        report.onEvent(diagnostic("error", "no such image", urn));
        report.onEvent(diagnostic("error", "update failed"));
        report.onEvent(diagnostic("info", "hello", urn));
        report.onEvent(diagnostic("warning", "careful"));

        expect(report.problems).to.deep.equal([{ resource: "server", urn, message: "no such image" }]);
        expect(report.warnings).to.deep.equal(["careful"]);
        expect(lines).to.deep.equal(["hello"]);
    });

    it("shows a hook's message without the hook's generated name, colors and stack frames", () => {
        const message =
            'before hook "docker:Container_server_beforeCreate_0" failed: Error: it crashed\n    at run (/a/b.ts:1:2)\nlog';

        expect(readable(message)).to.equal("it crashed\nlog");
        expect(readable("<{%bold%}>text<{%reset%}>\n    at file:///a/b.ts:10:20")).to.equal("text");
        expect(readable("look at http://localhost:9000")).to.equal("look at http://localhost:9000");
    });

    it("names resources as people do", () => {
        expect(kindOf("docker:index/container:Container")).to.equal("container");
        expect(kindOf("random:index/randomPassword:RandomPassword")).to.equal("random password");
        expect(kindOf("pulumi:index:Stash")).to.equal("step");
        expect(nameOf(urn)).to.equal("server");
    });
});

function reporting() {
    const lines: string[] = [];
    return { lines, report: new Report((line) => lines.push(line)) };
}

function state(parts: object) {
    return { type: "", urn, custom: true, id: "", parent: "", inputs: {}, outputs: {}, provider: "", ...parts };
}

function metadata(op: OpType, parts: object) {
    return { op, urn, type: "docker:index/container:Container", provider: "", new: state({}), ...parts };
}

function begun(op: OpType): EngineEvent {
    return { sequence: 0, timestamp: 0, resourcePreEvent: { metadata: metadata(op, {}) } };
}

function ended(op: OpType, parts: object = {}): EngineEvent {
    return { sequence: 0, timestamp: 0, resOutputsEvent: { metadata: metadata(op, parts) } };
}

function diagnostic(severity: "error" | "info" | "warning", message: string, of?: string): EngineEvent {
    return { sequence: 0, timestamp: 0, diagnosticEvent: { severity, message, color: "never", urn: of } };
}
