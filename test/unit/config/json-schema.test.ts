import Ajv from "ajv";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { stackFileSchema } from "../../../config/json-schema";
import { type Configuration, devWith, project } from "../../support/configuration";
import { accepted } from "./cases/accepted";
import { acceptedOfProviders } from "./cases/providers";
import { acceptedSurroundings } from "./cases/surroundings";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

// The names of formats tell editors more; ajv knows none by itself.
const check = new Ajv({ allErrors: true, allowUnionTypes: true, validateFormats: false }).compile(stackFileSchema());

/** What an editor marks in a stack's file: where it is, and the key when it is an unknown one. */
function marked(file: unknown): string[] {
    check(file);
    return (check.errors ?? []).map(({ instancePath, ...error }) => {
        const { additionalProperty } = error.params as { additionalProperty?: string };
        return additionalProperty === undefined ? instancePath : `${instancePath}/${additionalProperty}`;
    });
}

/** A stack's file with these keys in it; it has none that are undefined. */
function fileOf(configuration: Configuration, more: Configuration = {}): Record<"config", object> {
    const own = Object.entries(configuration).map(([key, value]) => [`${project}:${key}`, value] as const);
    const text = JSON.stringify({ config: { ...Object.fromEntries(own), ...more } });
    return JSON.parse(text) as Record<"config", object>;
}

describe("the JSON schema of a stack's file", () => {
    it("is docs/configuration.schema.json, as `npm run docs` writes it", () => {
        expect(JSON.parse(read("docs/configuration.schema.json"))).to.deep.equal(
            JSON.parse(JSON.stringify(stackFileSchema())),
        );
    });

    for (const path of ["Pulumi.dev.yaml", "Pulumi.prod.yaml.example"]) {
        it(`is named in ${path}, which has nothing to mark`, () => {
            const text = read(path);

            expect(text.split("\n")[0]).to.equal("# yaml-language-server: $schema=docs/configuration.schema.json");
            expect(marked(parse(text))).to.deep.equal([]);
        });
    }

    it("marks nothing in what docs/blueprints.md shows", () => {
        const [, shown = ""] = /```yaml\n(config:.*?)```/s.exec(read("docs/blueprints.md")) ?? [];

        expect(Object.keys(parse(shown) as object)).to.deep.equal(["config"]);
        expect(marked(parse(shown))).to.deep.equal([]);
    });

    it("marks nothing that the program accepts", () => {
        for (const [what, changes] of [...accepted, ...acceptedOfProviders, ...acceptedSurroundings])
            expect(marked(fileOf(devWith(changes))), what).to.deep.equal([]);
    });

    it("takes an encrypted text wherever it takes a text", () => {
        const secure = { secure: "v1:AAAA:BBBB" };
        const file = devWith({
            "secrets.redis": secure,
            "secrets.postgres": { stack: "organization/data/prod", output: "password" },
            "settings.email": { host: "mail.example.com", password: secure },
            "admin.email": secure,
            "applications[0].name": secure,
            url: secure,
        });

        expect(marked(fileOf(file))).to.deep.equal([]);
        expect(marked(fileOf({ secrets: secure, settings: secure }))).to.deep.equal([]);
        expect(marked(fileOf(devWith({ "admin.email": { encrypted: "v1" } })))).to.not.be.empty;
    });

    it("takes what `pulumi config set` writes without `--path`", () => {
        expect(marked(fileOf(devWith({ protectData: "false", outposts: "[]", admin: "{}" })))).to.deep.equal([]);
        expect(marked(fileOf(devWith({ protectData: "no" })))).to.deep.equal(["/config/authentik-stack:protectData"]);
        expect(marked(fileOf(devWith({ outposts: "ak-outpost" })))).to.deep.equal(["/config/authentik-stack:outposts"]);
    });

    it("takes keys of providers, and what Pulumi writes beside the configuration", () => {
        const { config } = fileOf(devWith({}), { "docker:host": "ssh://x@y", "docker:registryAuth": [{}] });

        expect(marked({ config, encryptionsalt: "v1:AAAA", environment: ["acme/prod"] })).to.deep.equal([]);
        expect(marked({ config, secretsprovider: "awskms://key", encryptedkey: "AAAA" })).to.deep.equal([]);
    });

    for (const [what, changes, where] of [
        ["an unknown key", { outpost: [] }, "/config/authentik-stack:outpost"],
        ["an unknown key of a section", { "server.port": 9000 }, "/config/authentik-stack:server/port"],
        ["an unknown key in a list", { "outposts[0].network": "x" }, "/config/authentik-stack:outposts/0/network"],
        ["a number instead of a text", { "server.memory": 2 }, "/config/authentik-stack:server/memory"],
        [
            "a text instead of a number",
            { "server.ports": [{ port: "x" }] },
            "/config/authentik-stack:server/ports/0/port",
        ],
        [
            "a port that there is not",
            { "server.ports": [{ port: 70_000 }] },
            "/config/authentik-stack:server/ports/0/port",
        ],
        ["a text instead of a list", { "outposts[0].networks": "x" }, "/config/authentik-stack:outposts/0/networks"],
        ["an object instead of a text", { version: { is: 1 } }, "/config/authentik-stack:version/is"],
        ["a type that there is not", { "outposts[0].type": "ftp" }, "/config/authentik-stack:outposts/0/type"],
        ["a missing key", { "outposts[0].name": undefined }, "/config/authentik-stack:outposts/0"],
        ["a number as a secret", { "secrets.redis": 12345678 }, "/config/authentik-stack:secrets/redis"],
    ] as [string, Record<string, unknown>, string][]) {
        it(`marks ${what}`, () => {
            expect(marked(fileOf(devWith(changes)))).to.include(where);
        });
    }

    it("marks a key without its namespace, and a section of the file that there is not", () => {
        expect(marked({ config: { url: "https://auth.example.com" }, confg: {} })).to.have.members([
            "/confg",
            "/config/url",
        ]);
    });
});
