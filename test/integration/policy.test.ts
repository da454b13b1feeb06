import { LocalWorkspace, Stack, type EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ensurePulumi } from "../../cli/engine";
import { projectRoot } from "../../cli/workplace";
import { previewEnvironment, throwawayStack } from "../../cli/preview/workspace";
import { asPulumiHandsOver, type Configuration, devWith } from "../support/configuration";

const pack = join(projectRoot, "policy");
const digest = `@sha256:${"0123456789abcdef".repeat(4)}`;
let folder: string;

/** What the pack said of a preview on the real engine, as `<level> <policy> <resource>`, and whether it ended well. */
interface Verdict {
    succeeded: boolean;
    violations: string[];
}

async function preview(stack: Stack, configFile?: string): Promise<Verdict> {
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent) => void events.push(event);
    const options = { policyPacks: [pack], configFile, onEvent, color: "never" as const };
    const ended = await stack.preview(options).then(
        () => "well",
        (error: unknown) => String(error),
    );
    const violations = events.flatMap(({ policyEvent }) => {
        if (policyEvent === undefined) return [];
        const { enforcementLevel, policyName, resourceUrn = "" } = policyEvent;
        return [`${enforcementLevel} ${policyName} ${resourceUrn.split("::").at(-1)}`];
    });
    // Anything else that ends a preview is no verdict.
    const refused = violations.some((violation) => violation.startsWith("mandatory"));
    if (ended !== "well" && !refused) throw new Error(ended);
    return { succeeded: ended === "well", violations: [...new Set(violations)].sort() };
}

/** A small program, in a stack of that name. */
async function small(stack: string, program: string): Promise<Verdict> {
    const place = mkdtempSync(join(folder, "small-"));
    mkdirSync(join(place, "state"));
    symlinkSync(join(projectRoot, "node_modules"), join(place, "node_modules"));
    writeFileSync(join(place, "package.json"), "{}");
    writeFileSync(join(place, "Pulumi.yaml"), stringify({ name: "small", runtime: "nodejs", main: "index.ts" }));
    writeFileSync(join(place, "index.ts"), readFileSync(join(__dirname, "../unit/policy/small", program)));
    const pulumi = await ensurePulumi(() => undefined);
    const workspace = await LocalWorkspace.create({
        workDir: place,
        pulumiHome: pulumi.pulumiHome,
        pulumiCommand: pulumi.command,
        envVars: { ...pulumi.env, ...previewEnvironment(place) },
    });
    return await preview(await Stack.create(stack, workspace));
}

/** This project's program, with a configuration. */
async function own(stack: string, configuration: Configuration): Promise<Verdict> {
    const place = mkdtempSync(join(folder, "own-"));
    const about = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as object;
    writeFileSync(join(place, "Pulumi.yaml"), stringify({ ...about, main: join(projectRoot, "index.ts") }));
    const written = Object.entries(asPulumiHandsOver(configuration)).map(([key, value]) => [key, valueOf(value)]);
    writeFileSync(join(place, `Pulumi.${stack}.yaml`), stringify({ config: Object.fromEntries(written) as unknown }));
    const pulumi = await ensurePulumi(() => undefined);
    const { stack: opened, configFile } = await throwawayStack(place, stack, join(place, "preview"), pulumi);
    return await preview(opened, configFile);
}

function valueOf(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

const images = Object.fromEntries(
    ["server", "proxy", "postgres", "redis"].map((image) => [image, `example/${image}:1${digest}`]),
);

describe("the policy pack on the real engine", () => {
    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-policy-"));
        await ensurePulumi((line) => console.log(`    ${line}`));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("passes a program that keeps to every policy", async () => {
        expect(await small("prod", "good.ts")).to.deep.equal({ succeeded: true, violations: [] });
    });

    it("fails a program for each policy that it breaks, and for no other", async () => {
        expect(await small("prod", "bad.ts")).to.deep.equal({
            succeeded: false,
            violations: [
                "mandatory capabilities capabilities",
                "mandatory data-volumes-in-production data-volume",
                "mandatory generated-secrets generated-secret",
                "mandatory generated-secrets service",
                "mandatory image-digests-in-production image-digest",
                "mandatory image-digests-in-production image-tag",
                "mandatory image-tags image-tag",
                "mandatory memory-limits-in-production memory-limit",
                "mandatory no-docker-socket docker-socket",
                "mandatory no-host-namespaces host-network",
                "mandatory no-new-privileges new-privileges",
                "mandatory no-new-privileges service",
                "mandatory no-privileged privileged",
                "mandatory no-root hand-over",
                "mandatory no-root root",
                "mandatory published-ports published-port",
                "mandatory read-only-root-in-production read-only-root",
                "mandatory secrets-in-settings command",
                "mandatory secrets-in-settings environment",
                "mandatory secrets-in-settings job",
                "mandatory secrets-in-settings label",
            ],
        });
    });

    it("passes this project's program in production, with digests", async () => {
        expect(await own("prod", devWith({ images }))).to.deep.equal({ succeeded: true, violations: [] });
    });

    it("passes the development configuration, and only advises digests", async () => {
        const { succeeded, violations } = await own("dev", devWith({ "outposts[0].memory": undefined }));
        expect(succeeded).to.equal(true);
        expect(new Set(violations.map((violation) => violation.replace(/ [^ ]*$/, "")))).to.deep.equal(
            new Set(["advisory image-digests"]),
        );
    });

    it("fails this project's program where a configuration makes it worse", async () => {
        const worse = devWith({
            images,
            protectData: false,
            "images.redis": "redis:7-alpine",
            settings: { events: { auth: "in-the-clear" } },
        });
        const { succeeded, violations } = await own("prod", worse);
        expect(succeeded).to.equal(false);
        expect(violations).to.include.members([
            "mandatory data-volumes-in-production authentik",
            "mandatory image-digests-in-production authentik-redis-server",
            "mandatory image-digests-in-production authentik-redis-server-healthy",
            "mandatory secrets-in-settings authentik-blueprints-applied",
            "mandatory secrets-in-settings authentik-server",
            "mandatory secrets-in-settings authentik-worker",
        ]);
    });
});
