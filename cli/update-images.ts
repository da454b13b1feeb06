import { join } from "node:path";
import { ensureDocker } from "./docker-engine";
import { projectRoot } from "./workplace";
import { updatePins } from "./image-pins";
import { main } from "./main";

/** `npm run update-images`: pins the official images to the current digests of their tags. */
main(async () => {
    const { connection } = await ensureDocker(console.log);
    const changes = await updatePins(connection, join(projectRoot, "authentik/image-pins.json"));
    console.log(changes.length === 0 ? "Every image is already pinned to its current digest." : changes.join("\n"));
});
