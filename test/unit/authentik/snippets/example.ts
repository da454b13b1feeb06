import { forwardAuthSnippets, type ProtectedApplication } from "../../../../authentik/snippets";

/** The snippets of an application behind an outpost; by default of one in mode `forward_single`. */
export function snippets(changes: Partial<ProtectedApplication> = {}) {
    const application: ProtectedApplication = {
        slug: "wiki",
        name: "Wiki",
        externalHost: "https://wiki.example.com",
        type: "forward_single",
        upstream: "http://wiki:8080",
        ...changes,
    };
    return forwardAuthSnippets(
        application,
        { outpost: "ak-outpost", internalUrl: "http://ak-outpost:9000" },
        "https://auth.example.com",
    );
}
