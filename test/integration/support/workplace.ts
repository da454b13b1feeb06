import { config } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DockerEngine, ensureDocker } from "../../../cli/docker-engine";
import { ensurePulumi, type PulumiEngine } from "../../../cli/engine";
import type { StandInImages } from "../../../cli/offline";
import { standIns } from "../../support/stand-ins";

// Errors of the engine are long, and their end says what to do.
config.truncateThreshold = 0;

/** What every integration test works with. */
export interface Bench {
    docker: DockerEngine;
    pulumi: PulumiEngine;
    images: StandInImages;
    /** The stand-in of the gateway. */
    gateway: string;
    /** Folder for the state and the configuration of this run's stacks. */
    folder: string;
}

let bench: Promise<Bench> | undefined;

/** A Docker engine, a Pulumi engine and the stand-in images: made where missing, once for all test files. */
export function openBench(): Promise<Bench> {
    bench ??= prepare();
    return bench;
}

async function prepare(): Promise<Bench> {
    const progress = (line: string) => console.log(`    ${line}`);
    const docker = await ensureDocker(progress);
    // For what is done with Docker's own command line.
    process.env.DOCKER_HOST = docker.host;
    const pulumi = await ensurePulumi(progress);
    const { buildStandInImages, buildGatewayImage } = await standIns();
    const images = await buildStandInImages(progress);
    const gateway = await buildGatewayImage(progress);
    const folder = mkdtempSync(join(tmpdir(), "authentik-stack-it-"));
    // Also when a test was interrupted: the folder holds the passwords of containers that may still run.
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    return { docker, pulumi, images, gateway, folder };
}
