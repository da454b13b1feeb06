import { join } from "node:path";
import { connect } from "../engine/host";
import { ensureDocker } from "./docker-engine";
import { projectRoot } from "./environment";
import { updatePins } from "./image-pins";
import { main } from "./main";

/** `npm run update-images`: pins the official images to the digests that their tags have now. */
main(async () => {
    const { host } = await ensureDocker(console.log);
    const changes = await updatePins(await connect(host), join(projectRoot, "authentik/image-pins.json"));
    console.log(changes.length === 0 ? "Every image is pinned to its digest already." : changes.join("\n"));
});
