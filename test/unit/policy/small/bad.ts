import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const digest = `@sha256:${"0123456789abcdef".repeat(4)}`;
const sound = {
    image: `postgres:16-alpine${digest}`,
    memory: 512,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
};
const password = new random.RandomPassword("password", { length: 30 });

// Each breaks one policy.
const worse: Record<string, Partial<docker.ContainerArgs>> = {
    environment: { envs: ["POSTGRES_PASSWORD=hunter2"] },
    command: { command: ["redis-server", "--requirepass", "hunter2"] },
    label: { labels: [{ label: "token", value: "hunter2" }] },
    "generated-secret": { envs: [pulumi.interpolate`COLOUR=${password.result}`] },
    "image-digest": { image: "postgres:16-alpine" },
    "image-tag": { image: "localhost:5000/postgres:latest" },
    privileged: { privileged: true },
    "host-network": { networkMode: "host" },
    "docker-socket": { mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/var/run/docker.sock" }] },
    "new-privileges": { securityOpts: [] },
    capabilities: { capabilities: { drops: ["ALL"], adds: ["CAP_SYS_ADMIN"] } },
    "published-port": { ports: [{ internal: 5432, external: 5432, ip: "127.0.0.1" }] },
    "memory-limit": { memory: undefined },
    "read-only-root": { readOnly: false },
    root: { user: "0" },
};
for (const [name, inputs] of Object.entries(worse)) new docker.Container(name, { ...sound, ...inputs });

// What a step runs, in the form in which steps are recorded.
// In words, since a copy of this file runs elsewhere.
const args = ["/data", "(", "!", "-user", "999", ")", "-exec", "chown", "-h", "999", "{}", "+"];
const asRoot = { user: "0", capabilities: { drops: ["ALL"], adds: ["CHOWN"] } };
const handOver = { ...sound, ...asRoot, entrypoints: ["find"], command: args };
const onNetwork = { ...handOver, networksAdvanced: [{ name: "backend" }] };
const showing = { ...sound, command: ["serve", "--token=hunter2"] };
new pulumi.Stash("hand-over", { input: { facts: {}, containers: [handOver, onNetwork], again: "" } });
new pulumi.Stash("job", { input: { facts: {}, containers: [showing], again: "" } });

new docker.Service("service", {
    taskSpec: {
        containerSpec: { image: sound.image, readOnly: true, capDrops: ["ALL"], env: { COLOUR: password.result } },
        resources: { limits: { memoryBytes: 512 * 1024 ** 2 } },
    },
});

new docker.Volume("data-volume", { name: "pg_data" });
