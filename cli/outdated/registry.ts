import { registryCredentials, registryOf, type RegistryAuth } from "../../engine/registry";
import { reasonOf } from "../progress";

/** The parts of an image's name. */
export interface ImageName {
    /** Host of its registry, with its port if it has one. */
    registry: string;
    /** What the registry calls it, such as `library/postgres`. */
    repository: string;
    /** Undefined where it has only a digest. */
    tag?: string;
    /** Default: it is named by its tag alone. */
    digest?: string;
}

/** What a registry says, or why it does not: nothing answers there (`unreachable`), or it says no (`refused`). */
export type Answer<T> = { kind: "told"; value: T } | { kind: "unreachable" | "refused"; reason: string };

/** The registry and the repository of an image, as its API names them. */
export function imageName(image: string): ImageName {
    const [named = "", digest] = image.split("@");
    const registry = registryOf(named);
    const path = named.startsWith(`${registry}/`) ? named.slice(registry.length + 1) : named;
    const [, repository = path, tag = digest === undefined ? "latest" : undefined] =
        /^(.+?)(?::([^:/]+))?$/.exec(path) ?? [];
    const isHubs = registry === "docker.io" && !repository.includes("/");
    return { registry, repository: isHubs ? `library/${repository}` : repository, tag, digest };
}

/** Asks registries over their own API, with the credentials that a pull would use. */
export class Registries {
    private readonly tokens = new Map<string, string>();

    /**
     * @param entries the provider's `docker:registryAuth`.
     * @param environment for Docker's own configuration.
     */
    constructor(
        private readonly entries: RegistryAuth[] = [],
        private readonly environment: NodeJS.ProcessEnv = process.env,
    ) {}

    /** Every tag of an image's repository. Source: the distribution specification, "Listing Tags". */
    async tags(image: string): Promise<Answer<string[]>> {
        return await told(async () => {
            const tags: string[] = [];
            let next: string | undefined = "tags/list?n=1000";
            while (next !== undefined) {
                const response = await this.ask(image, next, "GET");
                tags.push(...(((await response.json()) as { tags: string[] | null }).tags ?? []));
                next = /<[^>]*\/(tags\/list\?[^>]+)>; *rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
            }
            return tags;
        });
    }

    /** The digest that an image's tag has now. */
    async digest(image: string): Promise<Answer<string>> {
        return await told(async () => {
            const { headers } = await this.ask(image, `manifests/${imageName(image).tag ?? ""}`, "HEAD");
            return headers.get("docker-content-digest") ?? "";
        });
    }

    private async ask(image: string, path: string, method: string): Promise<Response> {
        const { registry, repository } = imageName(image);
        // As Docker does, which asks the loopback without TLS.
        const scheme = /^(localhost|127\.)/.test(registry) ? "http" : "https";
        const url = `${scheme}://${registry === "docker.io" ? "registry-1.docker.io" : registry}/v2/${repository}/${path}`;
        const send = (authorization?: string) => {
            const headers = { Accept: manifests, ...(authorization === undefined ? {} : { authorization }) };
            return fetch(url, { method, headers, signal: AbortSignal.timeout(15_000) });
        };
        const key = `${registry}/${repository}`;
        let response = await send(this.tokens.get(key));
        if (response.status === 401) {
            const authorization = await this.authorize(image, response.headers.get("www-authenticate") ?? "");
            if (authorization !== undefined) {
                this.tokens.set(key, authorization);
                response = await send(authorization);
            }
        }
        if (!response.ok) throw new Refused(`it answers ${response.status}`);
        return response;
    }

    /** What a registry wants to be shown, as its challenge says. */
    private async authorize(image: string, challenge: string): Promise<string | undefined> {
        const { username, password } = (await registryCredentials(image, this.entries, this.environment)) ?? {};
        const basic =
            username === undefined
                ? undefined
                : `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
        const { realm, ...query } = Object.fromEntries(
            [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
        ) as Record<string, string>;
        if (!/^Bearer/i.test(challenge) || realm === undefined) return basic;
        const url = `${realm}?${new URLSearchParams(query).toString()}`;
        const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
        const response = await fetch(url, { headers, signal: AbortSignal.timeout(15_000) });
        if (!response.ok) throw new Refused(`it answers ${response.status}`);
        const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
        return `Bearer ${token ?? access_token ?? ""}`;
    }
}

const manifests = ["oci.image.index.v1", "oci.image.manifest.v1", "docker.distribution.manifest.list.v2"]
    .map((type) => `application/vnd.${type}+json`)
    .concat("application/vnd.docker.distribution.manifest.v2+json")
    .join(", ");

class Refused extends Error {}

async function told<T>(work: () => Promise<T>): Promise<Answer<T>> {
    try {
        return { kind: "told", value: await work() };
    } catch (error) {
        // What `fetch` throws says nothing; its cause does.
        const { cause = error } = error as Error;
        return { kind: error instanceof Refused ? "refused" : "unreachable", reason: reasonOf(cause) };
    }
}
