import "./quick";
import { chooseImages, type ChosenImages } from "./images";
import { ensureDocker } from "./docker-engine";
import { ensurePulumi } from "./engine";
import { findBackend, prepareBackend } from "./engine/backend";
import { command } from "./main";
import { openStack, projectRoot } from "./workplace";
import { Steps } from "./progress";
import { defaultStack, rehearsalStack, requirementsFor, stackOf, writeRehearsal } from "./stack/files";
import { showRunning } from "./stack/summary";
import { bringUp, describeChanges, settle } from "./stack/up";

/**
 * `npm start [-- <stack>]`: brings a stack up, with everything it needs, and says how to sign in.
 *
 * Default: the stack `dev`; where its registry cannot be reached, the stack `rehearsal` with stand-in images.
 */
command("up", async ({ values, named }) => {
    const steps = new Steps(5);
    const asked = stackOf(projectRoot, values.stack ?? named[0]);
    const settings = requirementsFor(projectRoot, asked);

    const docker = await steps.run(
        "Docker engine",
        (progress) => ensureDocker(progress, settings.docker),
        ({ version, host }) => `Docker ${version} at ${host}`,
    );
    // For what is built with Docker's own command line.
    process.env.DOCKER_HOST = docker.host;

    const pulumi = await steps.run(
        "Pulumi engine",
        ensurePulumi,
        ({ version, origin }) => `Pulumi ${version}, ${origin}`,
    );

    const standIns = asked === undefined ? "fallback" : asked === rehearsalStack ? "always" : "never";
    const chosen = await steps.run(
        "Images",
        (progress) => {
            const { images, credentialsLater, version } = settings;
            return chooseImages(progress, {
                images,
                connection: docker.connection,
                credentialsLater,
                version,
                standIns,
            });
        },
        ({ images, rehearsal }) =>
            `${rehearsal === undefined ? "as configured" : "stand-ins"}: server ${images.server ?? ""}`,
    );

    const name = stackFor(asked, chosen);
    const backend = findBackend(projectRoot);
    const open = await steps.run(
        `Stack ${name}`,
        async (progress) => {
            prepareBackend(backend);
            const opened = await openStack({ docker, pulumi, backend }, name);
            await settle(progress, opened);
            return opened;
        },
        () => `state in ${backend.description}`,
    );

    // With a refresh the program asks authentik, too, whether it still holds what was declared.
    const changes = await steps.run("Containers", (progress) => bringUp(progress, open, false), describeChanges);
    await showRunning(open, chosen, changes);
});

/** The stack to bring up with the chosen images. */
function stackFor(asked: string | undefined, { images, rehearsal }: ChosenImages): string {
    if (rehearsal === undefined) return asked ?? defaultStack;
    writeRehearsal(projectRoot, images);
    return rehearsalStack;
}
