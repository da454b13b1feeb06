import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Installation, readFolder } from "../../../cli/adopt/installation";
import { translate } from "../../../cli/adopt/translate";

/** What the official compose file leads to, with an `.env` of PG_PASS and AUTHENTIK_SECRET_KEY. */
function installation(changes: Partial<Installation> = {}, more: Record<string, string> = {}): Installation {
    return {
        name: "authentik",
        version: "2025.8.4",
        image: "ghcr.io/goauthentik/server:2025.8.4",
        environment: {
            AUTHENTIK_POSTGRESQL__HOST: "postgresql",
            AUTHENTIK_POSTGRESQL__NAME: "authentik",
            AUTHENTIK_POSTGRESQL__PASSWORD: "hunter2",
            AUTHENTIK_POSTGRESQL__USER: "authentik",
            AUTHENTIK_REDIS__HOST: "redis",
            AUTHENTIK_SECRET_KEY: "a-secret-key-of-the-old-one",
            PG_PASS: "hunter2",
            ...more,
        },
        fromFiles: [],
        ports: [{ port: 9000, ip: "0.0.0.0" }],
        networks: [],
        mounts: [],
        outposts: [],
        containers: { writing: [], all: [] },
        database: { container: "postgres", user: "authentik", name: "authentik", major: 16 },
        email: "root@example.com",
        url: "https://auth.example.com/",
        ...changes,
    };
}

const configOf = (more: Record<string, string>, changes: Partial<Installation> = {}) =>
    translate(installation(changes, more)).config;

describe("what is taken over of an installation", () => {
    it("is its release, its address, its administrator, its ports and its secret key, and nothing of its database", () => {
        expect(translate(installation())).to.deep.equal({
            config: {
                version: "2025.8.4",
                url: "https://auth.example.com",
                admin: { email: "root@example.com" },
                server: { ports: [{ port: 9000, ip: "0.0.0.0" }] },
            },
            secrets: { 'secrets["secret-key"]': "a-secret-key-of-the-old-one" },
            copies: [],
            notes: [],
        });
    });

    it("is settings as a tree, with those that are secret apart from it", () => {
        const { config, secrets, notes } = translate(
            installation(
                { fromFiles: ["AUTHENTIK_COOKIE_DOMAIN"] },
                {
                    AUTHENTIK_LOG_LEVEL: "debug",
                    AUTHENTIK_WEB__WORKERS: "4",
                    AUTHENTIK_DISABLE_UPDATE_CHECK: "True",
                    AUTHENTIK_STORAGE__MEDIA__S3__BUCKET_NAME: "media",
                    AUTHENTIK_STORAGE__MEDIA__S3__SECRET_KEY: "hunter3",
                    AUTHENTIK_COOKIE_DOMAIN: "example.com",
                },
            ),
        );
        expect(config.settings).to.deep.equal({
            log_level: "debug",
            web: { workers: 4 },
            disable_update_check: true,
            storage: { media: { s3: { bucket_name: "media" } } },
        });
        expect(secrets).to.include({
            "settings.storage.media.s3.secret_key": "hunter3",
            "settings.cookie_domain": "example.com",
        });
        expect(notes).to.deep.equal([]);
    });

    it("is the section of mail where it says the same, else settings", () => {
        const server = { AUTHENTIK_EMAIL__HOST: "smtp.example.com", AUTHENTIK_EMAIL__FROM: "auth@example.com" };
        expect(configOf(server).email).to.deep.equal({
            ...{ host: "smtp.example.com", port: 25, security: "none", from: "auth@example.com" },
        });
        expect(
            configOf({ ...server, AUTHENTIK_EMAIL__USE_SSL: "true", AUTHENTIK_EMAIL__PORT: "465" }).email,
        ).to.include({
            ...{ security: "tls", port: 465 },
        });
        expect(configOf({ ...server, AUTHENTIK_EMAIL__FROM: "nobody" })).to.deep.include({
            settings: { email: { host: "smtp.example.com", from: "nobody" } },
        });
    });

    it("is networks of others, which are adopted, and the files in every place that authentik documents", () => {
        const mounts = (...targets: string[]) =>
            targets.map((target) => ({ source: `/srv${target}`, target, of: "worker" as const }));
        const old = installation({
            networks: ["proxy", "ldap_net", "third"],
            mounts: mounts("/media", "/media", "/templates", "/certs", "/geoip", "/var/run/docker.sock"),
        });
        const { config, copies, notes } = translate(old);
        expect(config.networks).to.deep.equal({
            frontend: { name: "proxy", adopt: true },
            backend: { name: "ldap_net", adopt: true },
        });
        expect(copies.map(({ source, volume }) => `${source} ${volume}`)).to.deep.equal([
            "/srv/media media",
            "/srv/templates templates",
            "/srv/certs certificates",
        ]);
        expect(config.containers).to.deep.equal({ worker: { mounts: [{ source: "/srv/geoip", target: "/geoip" }] } });
        expect(notes.map((note) => note.split(":")[0])).to.deep.equal(["the Docker socket", "the network third"]);
        expect(translate(installation({ mounts: mounts("/data") })).copies).to.deep.equal([
            { source: "/srv/data", folder: "media", volume: "media", into: "" },
            { source: "/srv/data", folder: "reports", volume: "media", into: "reports" },
        ]);
    });

    it("is an image of a mirror, and a PostgreSQL that is newer than the one here", () => {
        const database = { container: "postgres", user: "authentik", name: "authentik", major: 18 };
        expect(configOf({}, { image: "registry.example.com/authentik:2025.8.4", database }).images).to.deep.equal({
            server: "registry.example.com/authentik:2025.8.4",
            postgres: "postgres:18-alpine",
        });
    });

    it("is named where it has no place here", () => {
        const { notes, config } = translate(
            installation(
                { outposts: ["ldap"] },
                {
                    AUTHENTIK_BLUEPRINTS_DIR: "/own",
                    HTTPS_PROXY: "http://proxy:3128",
                    HTTP_PROXY: "http://me:pw@proxy:3128",
                    MY_OWN: "1",
                },
            ),
        );
        expect(notes).to.deep.equal([
            "AUTHENTIK_BLUEPRINTS_DIR: is set by this stack itself; use `blueprints` instead",
            "the variable HTTP_PROXY: containers.authentik.environment takes it, if it is no secret",
            "the variable MY_OWN: containers.authentik.environment takes it, if it is no secret",
            "the outpost ldap: declare it under outposts, or set its AUTHENTIK_HOST to where it reaches the new server",
        ]);
        expect(config.containers).to.deep.equal({ authentik: { environment: { HTTPS_PROXY: "http://proxy:3128" } } });
    });

    it("has no address where nothing says one, and that of the command line before all others", () => {
        expect(translate(installation({ url: undefined })).config.url).to.equal(undefined);
        expect(translate(installation(), "https://new.example.com").config.url).to.equal("https://new.example.com");
    });
});

describe("what a folder says of an installation that is elsewhere, beside its dump", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-adopt-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const settings = [
        "AUTHENTIK_TAG=2026.2.7",
        'AUTHENTIK_SECRET_KEY="of the old one"',
        "AUTHENTIK_BOOTSTRAP_EMAIL=admin@example.com",
        "AUTHENTIK_EMAIL__HOST=mail.example.com",
    ];

    it("is its release, its secret key, its settings, and the files that there are", () => {
        writeFileSync(join(folder, ".env"), settings.join("\n"));
        for (const name of ["data", "certs"]) mkdirSync(join(folder, name));

        const { secrets, config } = translate(readFolder(folder), "https://auth.example.com");

        expect(config).to.include({ version: "2026.2.7", url: "https://auth.example.com" });
        expect(config.email).to.include({ host: "mail.example.com" });
        expect(secrets).to.deep.equal({ 'secrets["secret-key"]': "of the old one" });
        expect(readFolder(folder).mounts.map(({ source, target }) => [source, target])).to.deep.equal([
            [join(folder, "data"), "/data"],
            [join(folder, "certs"), "/certs"],
        ]);
        expect(readFolder(folder).containers, "nothing there is stopped").to.deep.equal({ writing: [], all: [] });
    });

    it("is not enough without the release or the secret key", () => {
        expect(() => readFolder(folder)).to.throw("has to set AUTHENTIK_TAG");
        writeFileSync(join(folder, ".env"), "AUTHENTIK_TAG=2026.2.7\n");
        expect(() => readFolder(folder)).to.throw("AUTHENTIK_SECRET_KEY");
    });
});
