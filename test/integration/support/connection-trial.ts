import { getNetworkOutput } from "@pulumi/docker";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type ConnectionSettings, DockerConnection, engineReason } from "../../../engine/connection";
import { execute } from "../../../engine/streams";
import type { Bench } from "./workplace";

const image = "authentik-stack/connection:test";

/** What a connection must be able to do, whichever way it goes. */
export async function works(connection: DockerConnection, files: Buffer, name: string): Promise<void> {
    const engine = await connection.client();
    const imported = await engine.importImage(Readable.from([files]), { repo: image.split(":")[0], tag: "test" });
    await text(imported);
    expect(await connection.isPresent(image)).to.equal(true);
    const NetworkMode = "none";
    const shell = await engine.createContainer({
        name,
        Image: image,
        Cmd: ["sleep", "600"],
        HostConfig: { NetworkMode },
    });
    try {
        await shell.start();
        const much = ["sh", "-c", "yes 'a line of what is read' | head -n 20000"];
        const output = "a line of what is read\n".repeat(20_000);
        expect(await execute(shell, much)).to.deep.equal({ code: 0, output });
        expect(await execute(shell, ["sh", "-c", "exit 7"])).to.deep.equal({ code: 7, output: "" });
        const waiting = shell.wait() as Promise<{ StatusCode: number }>;
        await shell.kill();
        expect((await waiting).StatusCode).to.equal(137);
    } finally {
        await shell.remove({ force: true });
        await engine.getImage(image).remove({ force: true });
    }
}

/** Why the engine cannot be had. */
export async function refusal(settings: ConnectionSettings): Promise<string> {
    const engine = await new DockerConnection(settings, {}).client();
    return await engine.version().then(() => "it answered", engineReason);
}

/** The id that the provider, given the same settings, finds for a network. */
export async function asTheProviderSees(
    bench: Bench,
    network: string,
    settings: Record<string, string | string[]>,
): Promise<string> {
    const folder = join(bench.folder, "as-the-provider-sees");
    mkdirSync(folder, { recursive: true });
    const env = { PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "of an integration test" };
    const { command, pulumiHome } = bench.pulumi;
    const stack = await LocalWorkspace.createOrSelectStack(
        {
            projectName: "connection",
            stackName: "test",
            program: () => Promise.resolve({ id: getNetworkOutput({ name: network }).id }),
        },
        { workDir: folder, pulumiHome, pulumiCommand: command, envVars: { ...bench.pulumi.env, ...env } },
    );
    await stack.setAllConfig(
        Object.fromEntries(
            Object.entries(settings).flatMap(([key, value]): [string, { value: string }][] =>
                typeof value === "string"
                    ? [[`docker:${key}`, { value }]]
                    : value.map((item, index) => [`docker:${key}[${index}]`, { value: item }]),
            ),
        ),
        true,
    );
    const { outputs } = await stack.up();
    await stack.workspace.removeStack("test", { force: true });
    return String(outputs.id?.value);
}
