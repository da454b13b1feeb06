import { join } from "node:path";
import { ensureDocker } from "./docker-engine";
import { projectRoot } from "./workplace";
import { updatePins } from "./image-pins";
import { main } from "./main";

/** `npm run update-images`: pins the official images to the digests that their tags have now. */
main(async () => {
    const { connection } = await ensureDocker(console.log);
    const changes = await updatePins(connection, join(projectRoot, "authentik/image-pins.json"));
    console.log(changes.length === 0 ? "Every image is pinned to its digest already." : changes.join("\n"));
});
