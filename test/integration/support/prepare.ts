import { openBench } from "./workplace";

/** Builds what all files need before mocha starts the processes that run them side by side. */
export async function mochaGlobalSetup(): Promise<void> {
    await openBench();
}
