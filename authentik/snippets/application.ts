/** An application as the reverse proxy in front of it sees it. */
export interface ProtectedApplication {
    slug: string;
    name: string;
    /** URL at which browsers reach it; for `forward_domain` the one that the domain's sign-ins come back to. */
    externalHost: string;
    /** Mode of its proxy provider. */
    type: "proxy" | "forward_single" | "forward_domain";
    /** URL at which the reverse proxy reaches it. Default: a placeholder that a comment asks to replace. */
    upstream?: string;
    /** The provider sends a user name and a password for the application's own sign-in. Default: false. */
    basicAuth?: boolean;
}

/** The paths that are the outpost's own on every host that it protects. */
export const outpostPath = "/outpost.goauthentik.io";

/**
 * How the outpost describes the signed-in user, each as header `X-authentik-<name>`. A reverse proxy has to overwrite or
 * drop every one of them, since a client could send them itself.
 */
export const identityHeaders = [
    "username",
    "groups",
    "entitlements",
    "email",
    "name",
    "uid",
    "jwt",
    "meta-jwks",
    "meta-outpost",
    "meta-provider",
    "meta-app",
    "meta-version",
] as const;

/** Leads nowhere: names that end in `invalid` never exist. */
const placeholder = "http://replace-me.invalid";

/** The application's upstream without a slash at its end, safe within the quotes of every format. */
export function upstreamOf({ upstream }: Pick<ProtectedApplication, "upstream">): string {
    const { origin, pathname } = new URL(upstream ?? placeholder);
    return `${origin}${pathname}`.replace(/\/+$/, "").replaceAll("$", "%24").replaceAll("`", "%60");
}

/** The comment above a snippet. Line breaks in a name must not end it. */
export function title({ name, type }: ProtectedApplication, authentikUrl: string): string {
    return `# ${name.replaceAll(/\s+/g, " ")}: sign-in at ${authentikUrl}, mode ${type}`;
}

/** What has to be filled in by hand when the upstream is unknown. */
export function missingUpstream({ upstream }: ProtectedApplication): string[] {
    return upstream === undefined
        ? [`# Replace ${placeholder} with the URL at which this proxy reaches the application.`]
        : [];
}

/** Lines, deeper by some levels. */
export function indent(lines: string[], levels = 1): string[] {
    return lines.map((line) => (line === "" ? line : `${"    ".repeat(levels)}${line}`));
}
