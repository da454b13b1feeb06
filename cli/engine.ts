import { PulumiCommand } from "@pulumi/pulumi/automation";
import { dirname, join } from "node:path";
import { credentialsFolder } from "./engine/backend";
import { downloadPulumi, findDownload } from "./engine/download";
import { installPlugins, pluginCommands, pluginsPresent } from "./engine/plugins";
import { cacheFolder } from "./folders";
import { pulumiVersion } from "../ground/pulumi";
import { findOffline, needOffline, type Toolchain, toolchainPlace } from "./offline";
import { type Progress, reasonOf } from "./progress";

/** A Pulumi CLI with the plugins that this program needs. */
export interface PulumiEngine {
    command: PulumiCommand;
    version: string;
    /** Where it came from. */
    origin: "your own" | "downloaded" | "built from Go modules";
    /** Its PULUMI_HOME. Default: the user's. */
    pulumiHome?: string;
    /** Environment variables for it and for the program. */
    env: Record<string, string>;
}

/**
 * Finds the Pulumi CLI and its plugins: the user's own from PATH, else Pulumi's own download, else a build from Go modules
 * by offline/, which takes minutes the first time.
 *
 * @throws ToolError that says why there is none, and what to do.
 */
export async function ensurePulumi(progress: Progress): Promise<PulumiEngine> {
    const pulumi = (await findPulumi(progress)) ?? (await newPulumi(progress));
    // A CLI that was built here comes with its plugins.
    if (pulumi.pulumiHome !== undefined || pluginsPresent()) return pulumi;
    if (await installPlugins(progress, pulumi.command.command)) return pulumi;
    const { pulumiHome } = await buildInstead(
        progress,
        "Pulumi's provider plugins cannot be downloaded",
        `Install them where they can be reached, or copy them into ~/.pulumi/plugins: ${pluginCommands()}.`,
    );
    return withHome(pulumi, pulumiHome);
}

/** Finds a CLI that is already here, in the same order, and installs nothing. */
export async function findPulumi(progress: Progress): Promise<PulumiEngine | undefined> {
    const own = await ownPulumi(progress);
    if (own !== undefined) return own;
    const download = await findDownload(pulumiVersion);
    if (download !== undefined) return engine(download, "downloaded");
    const built = findOffline()?.findToolchain(toolchainPlace);
    return built && (await builtPulumi(built));
}

async function ownPulumi(progress: Progress): Promise<PulumiEngine | undefined> {
    const command = await PulumiCommand.get({ skipVersionCheck: true }).catch(() => undefined);
    if (command === undefined) return undefined;
    if (command.version !== null && command.version.compare(pulumiVersion) >= 0) return engine(command, "your own");
    progress(
        `the Pulumi on PATH is ${command.version?.version ?? "of an unknown version"}; ${pulumiVersion} or later is needed`,
    );
    return undefined;
}

async function newPulumi(progress: Progress): Promise<PulumiEngine> {
    try {
        return engine(await downloadPulumi(progress, pulumiVersion), "downloaded");
    } catch (error) {
        const problem = `Pulumi ${pulumiVersion} cannot be downloaded (${reasonOf(error)})`;
        const cure = "Install this release or a later one and put it on PATH.";
        return await builtPulumi(await buildInstead(progress, problem, cure));
    }
}

/** Builds from Go modules, with offline/, because a download failed. */
async function buildInstead(progress: Progress, problem: string, cure: string): Promise<Toolchain> {
    const { buildToolchain } = needOffline(problem, cure);
    progress(`${problem}: building from Go modules`);
    return await buildToolchain(toolchainPlace, progress);
}

async function builtPulumi(toolchain: Toolchain): Promise<PulumiEngine> {
    const command = await PulumiCommand.get({ root: dirname(toolchain.bin), skipVersionCheck: true });
    return withHome(engine(command, "built from Go modules"), toolchain.pulumiHome);
}

function engine(command: PulumiCommand, origin: PulumiEngine["origin"]): PulumiEngine {
    const root = join(__dirname, "..");
    return {
        command,
        version: command.version?.version ?? "unknown",
        origin,
        env: {
            // The program runs with the project's own Node.js.
            PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // Stack traces inside the SDK cost a quarter of a preview's time and help nobody.
            NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --stack-trace-limit=0`.trim(),
            // `npm run typecheck` checks types; checking them at every start would cost seconds.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            // Compiling the SDK's modules again at every start costs a seventh of a preview's time.
            NODE_COMPILE_CACHE: join(cacheFolder(), "node"),
        },
    };
}

/** The engine with a PULUMI_HOME of its own for its plugins; the user's login stays valid. */
function withHome(of: PulumiEngine, pulumiHome: string): PulumiEngine {
    return {
        ...of,
        pulumiHome,
        env: {
            ...of.env,
            PULUMI_HOME: pulumiHome,
            PULUMI_CREDENTIALS_PATH: credentialsFolder(),
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
    };
}
