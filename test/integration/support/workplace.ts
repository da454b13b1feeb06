import * as settings from "@pulumi/pulumi/runtime/settings";
import { config } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DockerEngine, ensureDocker } from "../../../cli/docker-engine";
import { ensurePulumi, type PulumiEngine } from "../../../cli/engine";
import type { StandInImages } from "../../../cli/offline";
import { standIns } from "../../support/stand-ins";

// gRPC shares connections by address among all clients of a process, and an inline program never closes its clients. One that
// still calls an engine that has ended keeps the address as failing, and an engine that gets that port later is not reached.
const { grpcClientOptions } = settings as unknown as { grpcClientOptions: Record<string, unknown> };
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;

// The engine and its plugins run for seconds each, and hundreds of times: collecting garbage early would cost a tenth of them.
process.env.GOGC ??= "800";

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
