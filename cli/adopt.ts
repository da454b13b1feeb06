import "./quick";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copyFiles, dump, restore } from "./adopt/data";
import { encryptSecrets, writeConfiguration } from "./adopt/configuration";
import { type Installation, inspectProject, readFolder } from "./adopt/installation";
import { translate, type Translation } from "./adopt/translate";
import { ensureDocker } from "./docker-engine";
import { ensurePulumi } from "./engine";
import { findBackend, prepareBackend } from "./engine/backend";
import { chooseImages } from "./images";
import { agreed, command } from "./main";
import { reasonOf, Steps, ToolError } from "./progress";
import { fileOf, namesOf, readRequirements } from "./stack/files";
import { showRunning } from "./stack/summary";
import { bringUp, describeChanges, settle } from "./stack/up";
import { needsHost } from "./stack/swarm";
import { openStack, type OpenStack, projectRoot } from "./workplace";

/**
 * `npm run adopt -- <folder | Docker project> [--stack <name>] [--url <url>] [--dump <file>] [--yes]`: takes over an authentik
 * that was installed with its official compose file, or of which there is a dump.
 *
 * It writes `Pulumi.<stack>.yaml`, says what it could not translate, and asks. Then it stops the old server and worker, copies
 * database and files, and brings the stack up. The old containers and their data stay as they are. Default stack: the project's name.
 */
command("adopt", async ({ values: { stack, url, dump: file, yes }, named: [asked] }) => {
    if (asked === undefined)
        throw new ToolError("Name a folder with a compose file, or a Docker project: npm run adopt -- /srv/authentik");
    if (file !== undefined && !existsSync(file)) throw new ToolError(`There is no file ${file}.`);
    const steps = new Steps(5);
    const docker = await ensureDocker(console.log);
    process.env.DOCKER_HOST = docker.host;
    const old = await steps.run(
        `The installation ${asked}`,
        async () => (file === undefined ? await inspectProject(docker.connection, asked) : readFolder(asked)),
        ({ version, name }) => `${name}: authentik ${version}`,
    );
    const name = stack ?? old.name.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-");
    const translation = translate(old, url);
    if (translation.config.url === undefined)
        throw new ToolError(
            "It does not say where browsers reach it: add --url, such as --url https://auth.example.com.",
        );
    const open = await steps.run(
        fileOf(name),
        async (progress) => {
            const isNew = writeConfiguration(projectRoot, name, old.name, translation);
            progress(isNew ? "written" : "exists already, and is left as it is");
            const backend = findBackend(projectRoot);
            prepareBackend(backend);
            const workplace = { docker, pulumi: await ensurePulumi(progress), backend };
            await encryptSecrets(await openStack(workplace, name), translation.secrets);
            // Opened again: with the secrets, the file is now Pulumi's own.
            return await openStack(workplace, name);
        },
        () => `secrets encrypted: ${Object.keys(translation.secrets).join(", ")}`,
    );
    needsHost(
        open,
        "no data of another installation is taken over",
        "Take it over on one Docker host, make a backup, and restore that.",
    );
    console.log(`\n${planText(name, old, translation)}\n`);
    if (yes !== true && !(await agreed("Take it over now?")))
        throw new ToolError(`Nothing else was changed. Look at ${fileOf(name)}, and run the same command again.`);
    await takeOver(steps, open, old, translation, file);
});

/** What will be done, and what was not translated. */
function planText(stack: string, old: Installation, { notes, copies }: Translation): string {
    const stops =
        old.containers.all.length > 0 ? [`  stops the containers of ${old.name}, and deletes none of them`] : [];
    const untranslated = notes.length === 0 ? [] : ["", "Not translated:", ...notes.map((note) => `  ${note}`)];
    return [
        `Taking ${old.name} over into the stack ${stack}:`,
        ...stops,
        "  copies the database",
        ...copies.map(
            ({ source, folder, volume }) => `  copies ${source}${folder === "" ? "" : `/${folder}`} (${volume})`,
        ),
        `  brings the stack up; akadmin gets its password: npm run --silent output -- admin.password --stack ${stack}`,
        ...untranslated,
    ].join("\n");
}

async function takeOver(
    steps: Steps,
    open: OpenStack,
    old: Installation,
    { copies }: Translation,
    given: string | undefined,
): Promise<void> {
    const { workplace, stack, identity } = open;
    const connection = workplace.docker?.connection;
    if (connection === undefined) throw new Error("there is no Docker engine");
    const requirements = readRequirements(projectRoot, stack.name);
    const { images, version } = requirements;
    const chosen = await steps.run(
        "Images",
        (progress) => chooseImages(progress, { images, connection, version, standIns: "never" }),
        () => "there",
    );
    if (!requirements.ownsPostgres || chosen.images.postgres === undefined)
        throw new ToolError("The stack does not run its own PostgreSQL, so nothing can be restored into it here.");
    const docker = await connection.client();
    const stop = async (ids: string[]) => {
        for (const id of ids) {
            const container = docker.getContainer(id);
            if ((await container.inspect()).State.Running) await container.stop({ t: 60 });
        }
    };
    const back = `To go back: \`docker compose --project-name ${old.name} start\`, and \`npm stop -- ${stack.name}\`.`;
    try {
        await steps.run(
            "Data",
            async (progress) => {
                const to = {
                    connection,
                    identity,
                    names: namesOf(projectRoot, stack.name),
                    image: chosen.images.postgres ?? "",
                };
                const made = join(projectRoot, ".local", `adopt-${stack.name}.dump`);
                const isNew = await restore(progress, to, old.name, async () => {
                    await stop(old.containers.writing);
                    await copyFiles(progress, to, copies);
                    if (given !== undefined || old.database === undefined) return given ?? "";
                    progress("dumping the old database");
                    await dump(connection, old.database, made);
                    return made;
                });
                rmSync(made, { force: true });
                await stop(old.containers.all);
                return isNew;
            },
            (isNew) => (isNew ? "copied" : "copied already"),
        );
        const changes = await steps.run(
            "Containers",
            async (progress) => {
                await settle(progress, open);
                return await bringUp(progress, open, false);
            },
            describeChanges,
        );
        await showRunning(open, chosen, changes);
        if (old.containers.all.length > 0) console.log(`\n  ${back}`);
    } catch (error) {
        const cure = "Fix the cause, then run the same command again.";
        throw new ToolError([reasonOf(error), "", cure, ...(old.containers.all.length > 0 ? [back] : [])].join("\n"));
    }
}
