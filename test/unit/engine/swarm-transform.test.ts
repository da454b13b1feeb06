import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Swarm } from "../../../engine/swarm";
import type { ContainerTransform, Workload } from "../../../engine/workload";
import { runUnderMocks } from "../../support/mocks";

const workload: Workload = {
    title: "authentik-server",
    image: "example/server:1",
    user: "1000",
    files: [{ path: "/run/secrets/token", content: "x" }],
    networks: [],
    health: { command: ["healthcheck"], startSeconds: 180 },
    stopSeconds: 90,
    limits: { memory: "512m" },
};

interface TaskSpec {
    containerSpec: { dnsConfig: object; mounts: object[] };
    placement: { constraints: string[] };
}

const made = async (transform: ContainerTransform) => {
    const { resources } = await runUnderMocks(() => new Swarm().run("server", { ...workload, transform }, {}));
    const found = resources.find(({ type }) => type === "docker:index/service:Service");
    return found?.inputs.taskSpec as TaskSpec;
};

const refusal = async (transform: ContainerTransform) => {
    const error: unknown = await made(transform).catch((reason: unknown) => reason);
    return error instanceof pulumi.RunError ? error.message : undefined;
};

describe("a service of a Swarm whose container is changed by a transform", () => {
    it("is refused with lists of which nobody can tell yet what is in them", async () => {
        const message = await refusal((args) => {
            args.mounts = pulumi.output(args.mounts).apply((mounts = []) => [...mounts]);
            args.ports = [pulumi.output({ internal: 9000 })];
            args.hosts = pulumi.output([]);
            args.tmpfs = pulumi.output({});
        });
        for (const key of ["mounts", "ports", "hosts", "tmpfs"])
            expect(message).to.contain(`${key} that are known later; give them as a plain value`);
    });

    it("is refused with what a service does not have", async () => {
        const message = await refusal((args) => {
            args.volumes = [{ hostPath: "/srv/geoip", containerPath: "/geoip" }];
            args.securityOpts = ["seccomp=unconfined"];
            args.memorySwap = 4096;
            args.restart = "no";
        });
        for (const key of ["volumes", "securityOpts", "memorySwap", "restart"])
            expect(message).to.contain(`${key}, which a service does not have`);
    });

    it("has what a service has as well", async () => {
        const { containerSpec, placement } = await made((args) => {
            args.dnsSearches = ["example.com"];
            args.memory = args.memorySwap = 1024;
            args.restart = "always";
            args.mounts = [
                { type: "volume", source: "geoip", target: "/geoip", volumeOptions: { noCopy: true } },
                { type: "tmpfs", target: "/cache", tmpfsOptions: { sizeBytes: 1024 } },
            ];
        });
        expect(containerSpec.dnsConfig).to.deep.equal({ nameservers: [], searches: ["example.com"] });
        expect(containerSpec.mounts[0]).to.deep.include({ source: "geoip", volumeOptions: { noCopy: true } });
        expect(containerSpec.mounts[1]).to.deep.include({ target: "/cache", tmpfsOptions: { sizeBytes: 1024 } });
        // Its volume is a folder of one node.
        expect(placement.constraints).to.deep.equal(["node.labels.authentik-stack.data==true"]);
    });

    it("gives its files to the user that the container then has", async () => {
        const { resources } = await runUnderMocks(() =>
            new Swarm().run("server", { ...workload, transform: (args) => void (args.user = "70") }, {}),
        );
        const [service] = resources.filter(({ type }) => type === "docker:index/service:Service");
        const { secrets } = (service?.inputs.taskSpec as { containerSpec: { secrets: { fileUid: string }[] } })
            .containerSpec;
        expect(secrets.map(({ fileUid }) => fileUid)).to.deep.equal(["70"]);
    });
});
