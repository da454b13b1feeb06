import { Buffer } from "node:buffer";
import { absentEngine, type FakeEngine, startEngine } from "./engine";
import type { Archived } from "./engine-wire";
import { container, step } from "./find";
import { runHooks } from "./hooks";
import { idOf } from "./provider";
import type { Registered } from "./recording";

/**
 * The files that a workload's container is given: before it starts, as the engine gets them; on a Swarm, its secrets and configs.
 *
 * @param own the engine that the program was given. Default: none was.
 */
export async function filesOf(resources: Registered[], name: string, own?: FakeEngine): Promise<Archived[]> {
    const service = resources.find((one) => one.type === "docker:index/service:Service" && one.name === name);
    if (service !== undefined) return filesOfService(resources, service);
    const engine = own ?? (await startEngine({}, absentEngine));
    try {
        const made = engine.provide(idOf(name), container(resources, name).inputs.user as string | undefined);
        await runHooks(step(resources, `${name}-healthy`), "beforeCreate");
        engine.provided.pop();
        return made.files;
    } finally {
        if (own === undefined) await engine.close();
    }
}

/** The content of one of them. */
export async function contentOf(
    resources: Registered[],
    name: string,
    path: string | undefined,
    own?: FakeEngine,
): Promise<string | undefined> {
    return (await filesOf(resources, name, own)).find((file) => file.path === path)?.content;
}

interface ServiceFile {
    secretId?: string;
    configId?: string;
    fileName: string;
    fileMode: number;
    fileUid: string;
    fileGid: string;
}

function filesOfService(resources: Registered[], { inputs }: Registered): Archived[] {
    const { containerSpec } = inputs.taskSpec as { containerSpec: { secrets: ServiceFile[]; configs: ServiceFile[] } };
    return [...containerSpec.secrets, ...containerSpec.configs].map((file) => {
        const made = resources.find(({ name }) => idOf(name) === (file.secretId ?? file.configId));
        return {
            path: file.fileName,
            content: Buffer.from(made?.inputs.data as string, "base64").toString(),
            mode: file.fileMode,
            uid: Number(file.fileUid),
            gid: Number(file.fileGid),
        };
    });
}
