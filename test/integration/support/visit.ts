import { expect } from "chai";
import { ask, Jar } from "../../contract/support/http";
import type { Ports } from "./dev";

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
    const { port, pathname, search, host } = new URL(url);
    return ask(Number(port), { path: pathname + search, headers: { host, ...headers } });
}

/** Expects that a person could sign in: the login page, and an outpost that leads there for each application. */
export async function expectServing({ server, organizr, cwad }: Ports): Promise<void> {
    const login = await get(`http://authentik.localhost:${server}/if/flow/default-authentication-flow/`);
    expect(login.status, "login page").to.equal(200);
    for (const application of [`http://organizr.localhost:${organizr}`, `http://cwad.localhost:${cwad}`]) {
        const start = await get(`${application}/outpost.goauthentik.io/start`);
        expect(start.status, `${application}: ${start.body.slice(0, 200)}`).to.equal(302);
        expect(new URL(start.headers.location ?? "").host).to.equal(`authentik.localhost:${server}`);
    }
}
