import { imagePins } from "../../authentik/images";
import { application, type ApplicationConfig } from "../../authentik/providers";
import { releaseOf } from "../../authentik/releases";

/** The release that a stack has unless it names another. */
export const version = imagePins.tags.authentik;
/** What that release asks of its deployment. */
export const release = releaseOf(version);

/** An application as the configuration leads to it, with every default filled in. */
export function configured(input: unknown): ApplicationConfig {
    return application.parse(input);
}

/** An application that asks an outpost before it lets anybody in. */
export function forwarded(slug: string, outpost: string, externalHost = `http://${slug}.localhost`): ApplicationConfig {
    return configured({ slug, name: slug.toUpperCase(), provider: { type: "forward_single", outpost, externalHost } });
}
