import { createHash } from "node:crypto";
import { log } from "../log";
import type { Request } from "../server/http";
import type { Credentials, OutpostInstance } from "./connection";

/** A proxy provider, as far as an outpost reads it. */
export interface ProxyProvider {
    name: string;
    mode: "proxy" | "forward_single" | "forward_domain";
    external_host: string;
    internal_host: string;
    client_id: string;
    client_secret: string;
    cookie_secret: string;
    cookie_domain: string;
    skip_path_regex: string;
    access_token_validity: number;
    scopes_to_request: string[];
    assigned_application_slug: string;
}

/** One application behind an outpost. */
export class ProxyApplication {
    readonly externalHost: string;
    readonly cookieName: string;

    constructor(
        readonly provider: ProxyProvider,
        readonly outpost: OutpostInstance,
        readonly credentials: Credentials,
    ) {
        this.externalHost = provider.external_host.replace(/\/$/, "");
        this.cookieName = `authentik_proxy_${createHash("sha256").update(provider.client_id).digest("hex").slice(0, 8)}`;
    }

    /** Paths that need no sign-in. */
    isOpen(path: string): boolean {
        return this.provider.skip_path_regex
            .split("\n")
            .some((line) => line.trim() !== "" && new RegExp(line.trim()).test(path));
    }

    /** True where a host belongs to this application. */
    serves(host: string): boolean {
        const { cookie_domain: domain, mode } = this.provider;
        const name = host.replace(/:\d+$/, "");
        return (
            host === new URL(this.externalHost).host ||
            (mode === "forward_domain" && (name === domain || name.endsWith(`.${domain}`)))
        );
    }

    /** Set-Cookie for a session of this application. */
    cookie(value: string, seconds: number): string {
        const domain = this.provider.cookie_domain === "" ? "" : ` Domain=${this.provider.cookie_domain};`;
        return `${this.cookieName}=${value}; Path=/;${domain} Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
    }
}

/** Every application behind an outpost; a request finds its own by the host it asks for. */
export class ProxyApplications {
    private applications: ProxyApplication[] = [];

    constructor(
        private readonly outpost: OutpostInstance,
        private readonly credentials: Credentials,
    ) {}

    /** Takes over a new configuration. */
    replace(providers: ProxyProvider[]): void {
        this.applications = providers.map((provider) => new ProxyApplication(provider, this.outpost, this.credentials));
        log("info", "Update providers", { count: providers.length });
    }

    /** The application for a request, by its host; a single application serves every host. */
    find({ headers }: Request): ProxyApplication | undefined {
        const forwarded = headers["x-forwarded-host"];
        const host = (Array.isArray(forwarded) ? forwarded[0] : forwarded) ?? headers.host ?? "";
        const [only] = this.applications.length === 1 ? this.applications : [];
        return this.applications.find((application) => application.serves(host)) ?? only;
    }
}
