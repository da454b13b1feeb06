import type { ResourceValidation } from "@pulumi/policy";
import { ofContainer, plain } from "../container";
import type { Rule } from "../production";

/** `latest`, or no tag at all, may mean another image tomorrow. */
export const imageTags: Rule = {
    name: "image-tags",
    description: "An image is named with a tag other than latest, or with a digest.",
    validateResource: ofEveryImage((image, report) => {
        const tag = /:([\w.-]+)$/.exec(image)?.[1];
        if (!hasDigest(image) && (tag === undefined || tag === "latest"))
            report(`The image ${image} may be another one tomorrow. Name a version, such as postgres:16-alpine.`);
    }),
};

/** Everyone who can push to the registry can move a tag; nobody can move a digest. */
export const imageDigests: Rule = {
    name: "image-digests",
    description: "An image is named with its digest.",
    validateResource: ofEveryImage((image, report) => {
        if (!hasDigest(image))
            report(
                `The image ${image} has no digest. \`npm run update-images\` pins the official ones of the program's own ` +
                    "release; set any other under `images`, such as postgres:16-alpine@sha256:....",
            );
    }),
};

/** Checks the images that containers name, and those that RemoteImage pulls. */
function ofEveryImage(check: (image: string, report: (message: string) => void) => void): ResourceValidation[] {
    return [
        ofContainer(({ inputs: { image } }, report) => {
            if (typeof image === "string") check(image, report);
        }),
        ({ type, props }, report) => {
            if (type !== "docker:index/remoteImage:RemoteImage") return;
            const { name } = plain(props) as { name?: unknown };
            if (typeof name === "string") check(name, report);
        },
    ];
}

/** A bare `sha256:...` is the id of an image on the host. */
function hasDigest(image: string): boolean {
    return /(@|^)sha256:[0-9a-f]{64}$/.test(image);
}
