import { expect } from "chai";
import { parse } from "yaml";
import { z } from "zod";
import { autoresticText } from "../../../components/autorestic";

const options = z.record(
    z.string(),
    z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.string())])),
);
const texts = z.union([z.string(), z.array(z.string())]);

/** What autorestic 1.8 reads. Source: its pages on locations and backends, and the structs in internal/. */
const schema = z.strictObject({
    version: z.literal(2),
    extras: z.unknown().optional(),
    global: options.optional(),
    backends: z.record(
        z.string().regex(/^[^A-Z.]+$/),
        z.strictObject({
            type: z.enum(["local", "rest", "b2", "azure", "gs", "s3", "sftp", "rclone"]),
            path: z.string(),
            key: z.string().optional(),
            requireKey: z.boolean().optional(),
            env: z.record(z.string(), z.string()).optional(),
            rest: z.strictObject({ user: z.string(), password: z.string() }).optional(),
            options: options.optional(),
        }),
    ),
    locations: z.record(
        z.string().regex(/^[^A-Z.]+$/),
        z.strictObject({
            from: texts,
            to: texts,
            type: z.enum(["local", "volume"]).optional(),
            hooks: z
                .strictObject({
                    dir: z.string(),
                    ...Object.fromEntries(
                        ["prevalidate", "before", "after", "success", "failure"].map((hook) => [
                            hook,
                            z.array(z.string()),
                        ]),
                    ),
                })
                .partial()
                .optional(),
            cron: z.string().optional(),
            forget: z.enum(["yes", "no", "prune"]).optional(),
            options: options.optional(),
            copy: z.record(z.string(), z.array(z.string())).optional(),
        }),
    ),
});

const backups = { stack: "authentik-stack/staging-", resource: "staging-authentik-backups-container" };
const names = { prefix: "staging-", volumes: { media: { name: "Compose.Media" } } };

describe("the configuration of Autorestic", () => {
    it("is one that autorestic takes", () => {
        expect(schema.safeParse(parse(autoresticText({ names, backups }))).error).to.equal(undefined);
    });

    it("has a location for each volume, and tells where to mount them", () => {
        const text = autoresticText({ names, backups });
        const { locations } = schema.parse(parse(text));

        expect(Object.entries(locations).map(([name, { from }]) => [name, from])).to.deep.equal([
            ["staging-ak_media", "/volumes/Compose.Media"],
            ["staging-ak_templates", "/volumes/staging-ak_templates"],
            ["staging-ak_certs", "/volumes/staging-ak_certs"],
            ["staging-ak_backups", "/volumes/staging-ak_backups"],
        ]);
        expect(text).to.contain("#   - staging-ak_certs:/volumes/staging-ak_certs:ro\n");
        expect(text).to.contain("AUTORESTIC_STAGING_AUTHENTIK_RESTIC_PASSWORD");
    });

    it("makes a backup before that of the backups, in the container that makes them", () => {
        const { locations } = schema.parse(parse(autoresticText({ names, backups })));

        expect(locations["staging-ak_backups"]?.hooks).to.deep.equal({
            before: [
                'docker exec "$(docker ps --quiet --filter label=authentik-stack.stack=authentik-stack/staging- --filter label=authentik-stack.resource=staging-authentik-backups-container)" sh /run/authentik-stack/backup.sh attempt save',
            ],
        });
        expect(Object.values(locations).filter(({ hooks }) => hooks !== undefined)).to.have.length(1);
        expect(Object.values(locations).every(({ forget }) => forget === "prune")).to.equal(true);
    });

    it("has no location for backups that nobody makes", () => {
        const { locations } = schema.parse(parse(autoresticText({ names: { prefix: "" } })));

        expect(Object.keys(locations)).to.deep.equal(["ak_media", "ak_templates", "ak_certs"]);
    });
});
