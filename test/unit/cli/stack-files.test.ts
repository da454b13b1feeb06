import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { officialImages } from "../../../authentik/images";
import { connectionSettings } from "../../../engine/connection";
import { editRotation } from "../../../cli/rotation/draft";
import { privateCopy, readRequirements, requirementsFor, stackOf, writeRehearsal } from "../../../cli/stack/files";

const dev = `# our homelab
config:
  authentik-stack:url: http://localhost:9000
  authentik-stack:version: 2025.6.1
  authentik-stack:images:
    redis: redis:7.4-alpine
`;
const standIns = { server: "s:1", proxy: "p:1", postgres: "d:1", redis: "r:1" };

describe("files of a stack", () => {
    let root = "";
    const read = (file: string) => parse(readFileSync(join(root, file), "utf8")) as { config: Record<string, unknown> };
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "stack-"));
        writeFileSync(join(root, "Pulumi.yaml"), "name: authentik-stack\nruntime: nodejs\n");
        writeFileSync(join(root, "Pulumi.dev.yaml"), dev);
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it("decide which stacks there are", () => {
        expect(stackOf(root, undefined)).to.equal(undefined);
        expect(stackOf(root, "dev")).to.equal("dev");
        expect(stackOf(root, "rehearsal")).to.equal("rehearsal");
        expect(() => stackOf(root, "prod")).to.throw("Pulumi.prod.yaml does not exist. The stacks are: dev.");
    });

    it("say which images the stack runs, and where", () => {
        expect(readRequirements(root, "dev")).to.deep.equal({
            version: "2025.6.1",
            allowUntested: false,
            ownsPostgres: true,
            images: {
                ...pick(officialImages("2025.6.1"), ["server", "postgres"]),
                redis: "redis:7.4-alpine",
            },
            volumes: ["ak_media", "ak_templates", "ak_certs", "pg_data", "redis_data", "ak_backups"],
            docker: connectionSettings({ get: () => undefined }),
            credentialsLater: false,
        });
    });

    it("leave out images of what is not run, and speak of a remote engine", () => {
        const config = {
            "authentik-stack:outposts": [{ name: "a", type: "ldap" }],
            "authentik-stack:postgres": { external: { host: "db" } },
            "docker:host": "ssh://root@host",
        };
        writeFileSync(join(root, "Pulumi.other.yaml"), stringify({ config }));

        const { images, docker } = readRequirements(root, "other");
        expect(Object.keys(images)).to.have.members(["server", "ldap", "postgres"]);
        expect(docker.host).to.equal("ssh://root@host");
    });

    it("are those of the stack that was asked for, else of the default one", () => {
        const of = (asked?: string) => requirementsFor(root, asked).docker.host;
        writeFileSync(join(root, "Pulumi.other.yaml"), stringify({ config: { "docker:host": "ssh://root@other" } }));

        expect(of("other")).to.equal("ssh://root@other");
        expect([of(), of("rehearsal")]).to.deep.equal([of("dev"), of("dev")]);
        expect(of("dev")).not.to.equal("ssh://root@other");
    });

    it("name the Docker engine; only the update reads encrypted values", () => {
        const registryAuth = [{ address: "ghcr.io", username: "me", password: { secure: "AAA" } }];
        const config = { "docker:sshOpts": ["-v"], "docker:registryAuth": registryAuth };
        writeFileSync(join(root, "Pulumi.other.yaml"), stringify({ config }));

        const { docker, credentialsLater } = readRequirements(root, "other");
        expect(docker.sshOpts).to.deep.equal(["-v"]);
        expect(docker.registryAuth).to.equal(undefined);
        expect(credentialsLater).to.equal(true);
    });

    it("name the volumes of a stack on a Swarm, which makes them itself, and its node with the data", () => {
        const config = {
            "authentik-stack:prefix": "prod-",
            "authentik-stack:runtime": "swarm",
            "authentik-stack:version": "2025.10.4",
            "authentik-stack:postgres": { external: { host: "db" } },
            "authentik-stack:volumes": { media: { name: "uploads" } },
        };
        writeFileSync(join(root, "Pulumi.other.yaml"), stringify({ config }));

        const { volumes, swarm } = readRequirements(root, "other");
        expect(volumes).to.deep.equal(["uploads", "prod-ak_templates", "prod-ak_certs"]);
        expect(swarm).to.deep.equal({ dataNode: "authentik-stack.data=true" });
    });

    it("leave out Redis where neither the release nor a consumer needs one", () => {
        const config = { "authentik-stack:version": "2026.2.0", "authentik-stack:consumers": [{ name: "wiki" }] };
        writeFileSync(join(root, "Pulumi.other.yaml"), stringify({ config }));

        expect(Object.keys(readRequirements(root, "other").images)).to.have.members(["server", "postgres"]);
    });

    it("give a rehearsal stand-in images and names of its own, whatever the real stack has", () => {
        writeRehearsal(root, standIns);

        const { config } = read("Pulumi.rehearsal.yaml");
        expect(config["authentik-stack:images"]).to.deep.equal(standIns);
        expect(config["authentik-stack:prefix"]).to.equal("rehearsal-");
        expect(config["authentik-stack:url"]).to.equal("http://localhost:9000");
        expect(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")).to.equal(dev);
    });

    it("keep the rotations of a rehearsal, which are not the real stack's", () => {
        writeRehearsal(root, standIns);
        const rehearsal = readFileSync(join(root, "Pulumi.rehearsal.yaml"), "utf8");
        writeFileSync(join(root, "Pulumi.rehearsal.yaml"), editRotation(rehearsal, "redis", 2));
        writeRehearsal(root, standIns);

        expect(read("Pulumi.rehearsal.yaml").config["authentik-stack:rotation"]).to.deep.equal({ redis: 2 });
        expect(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")).to.equal(dev);
    });

    it("are copied where Pulumi would write into them, and used as they are where they hold secrets", () => {
        const copy = privateCopy(root, "dev");
        expect(copy).to.equal(join(root, ".local/Pulumi.dev.yaml"));
        expect(read(".local/Pulumi.dev.yaml")).to.deep.equal(parse(dev));

        writeFileSync(join(root, "Pulumi.dev.yaml"), `${dev}encryptionsalt: v1:abc\n`);
        expect(privateCopy(root, "dev")).to.equal(undefined);
    });
});

function pick<T extends object>(from: T, keys: (keyof T)[]): Partial<T> {
    return Object.fromEntries(keys.map((key) => [key, from[key]])) as Partial<T>;
}
