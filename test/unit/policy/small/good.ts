import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

const image = `postgres:16-alpine@sha256:${"0123456789abcdef".repeat(4)}`;
const volume = new docker.Volume("data", { name: "pg_data" }, { protect: true });

new docker.Container("postgres", {
    image,
    envs: ["POSTGRES_PASSWORD_FILE=/run/secrets/password"],
    mounts: [{ type: "volume", source: volume.name, target: "/var/lib/postgresql/data" }],
    labels: [{ label: "of", value: pulumi.getStack() }],
    memory: 512,
    readOnly: true,
    capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN"] },
    securityOpts: ["no-new-privileges:true"],
});

class Server extends pulumi.ComponentResource {
    public constructor(name: string) {
        super("authentik-stack:index:Server", name);
        new docker.Container(
            name,
            {
                image,
                ports: [{ internal: 9000, external: 9000, ip: "127.0.0.1" }],
                memory: 512,
                readOnly: true,
                capabilities: { drops: ["ALL"] },
                securityOpts: ["no-new-privileges:true"],
            },
            { parent: this },
        );
    }
}
new Server("server");
