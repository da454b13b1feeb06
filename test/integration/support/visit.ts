import { expect } from "chai";
import { ask, Jar } from "../../contract/support/http";
import { originOf, type Ports } from "./dev";

/** Where a browser ended, and over which URLs it got there. */
export interface Visit {
    status: number;
    body: string;
    hops: URL[];
}

/** Opens a URL of *.localhost as a browser on this machine does, redirects and cookies included. */
export async function visit(url: string): Promise<Visit> {
    const jars = new Map<string, Jar>();
    const hops = [new URL(url)];
    for (;;) {
        const at = hops.at(-1) as URL;
        const jar = jars.get(at.host) ?? new Jar();
        jars.set(at.host, jar);
        const answer = await get(at, jar.header());
        jar.keep(answer);
        const { location } = answer.headers;
        if (answer.status < 300 || answer.status > 399 || location === undefined)
            return { status: answer.status, body: answer.body, hops };
        if (hops.length > 10) throw new Error(`redirected in circles: ${hops.join(" -> ")}`);
        hops.push(new URL(location, at));
    }
}

/** One request to a URL of *.localhost, which is this machine; no redirect is followed. */
export function get(url: string | URL, headers: Record<string, string> = {}) {
    const { protocol, port, pathname, search, host } = new URL(url);
    const isSecure = protocol === "https:";
    return ask(Number(port), { path: pathname + search, headers: { host, ...headers }, isSecure });
}

/** Expects that a person could sign in: the login page, and an outpost that leads there for each application. */
export async function expectServing(ports: Ports): Promise<void> {
    const authentik = originOf("authentik", ports.server, ports);
    const login = await get(`${authentik}/if/flow/default-authentication-flow/`);
    expect(login.status, "login page").to.equal(200);
    for (const application of [originOf("organizr", ports.organizr, ports), originOf("cwad", ports.cwad, ports)]) {
        const start = await get(`${application}/outpost.goauthentik.io/start`);
        expect(start.status, `${application}: ${start.body.slice(0, 200)}`).to.equal(302);
        expect(new URL(start.headers.location ?? "").origin).to.equal(authentik);
    }
}
