import { type Place, placesOf, type Target } from "../authentik/gateway";
import { roles } from "../authentik/roles";
import type { Path } from "../ground/problems";
import type { Config, Rule } from "./schema";

/** Checks of the gateway: that each name leads to one place. */
export const gatewayRules: Rule[] = [
    {
        reads: ["gateway", "server", "outposts"],
        check: ({ server, outposts }, report) => {
            const instead = (path: Path) =>
                report(
                    path,
                    "is not needed, since the gateway publishes this, and it would interrupt each replacement of the container: the old one has to free the port first; remove it",
                );
            if (server.ports.length > 0) instead(["server", "ports"]);
            for (const [index, { name, run, type, ports }] of outposts.entries()) {
                if (run && type === "proxy" && ports.length > 0) instead(["outposts", index, "ports"]);
                if (["gateway", roles.gateway.host].includes(name))
                    report(["outposts", index, "name"], "is reserved for the gateway; choose another");
            }
        },
    },
    {
        reads: ["gateway", "url", "outposts", "applications"],
        check: (config, report) => {
            const places = placesOf(config);
            for (const [index, place] of places.entries()) {
                const problem = portProblem(place, config) ?? targetProblem(place, places);
                const other = places.slice(0, index).find(({ origin }) => origin === place.origin);
                if (problem !== undefined) report(problem.path, problem.cure);
                else if (other !== undefined && !isSame(other.to, place.to))
                    report(
                        place.path,
                        "is a host name that another key sends to another place; use a different host name for each",
                    );
            }
        },
    },
    {
        reads: ["gateway"],
        check: ({ gateway }, report) => {
            if (gateway?.acme.ca !== undefined && gateway.acme.staging)
                report(["gateway", "acme", "staging"], "selects another CA than acme.ca; remove one of the two");
            if (
                gateway?.issuer === "internal" &&
                Object.values(gateway.acme).some((value) => value !== undefined && value !== false)
            )
                report(["gateway", "acme"], "has no effect, since the issuer is internal; remove one of the two");
        },
    },
];

interface PlaceProblem {
    path: Path;
    cure: string;
}

function portProblem({ origin, path }: Place, { gateway }: Config): PlaceProblem | undefined {
    if (gateway === undefined) return undefined;
    const { protocol, hostname, port } = new URL(origin);
    const wanted = gateway.httpsPort === 443 ? "" : `:${gateway.httpsPort}`;
    if (protocol !== "https:" || port !== wanted.slice(1))
        return { path, cure: `is not an address of the gateway; use https://${hostname}${wanted}` };
    // Caddy takes a star for any label, and braces for a variable.
    if (!/^[a-z0-9._-]+$|^\[/.test(hostname))
        return { path, cure: "has a host name for which no certificate can be issued" };
    return undefined;
}

function targetProblem({ path, to }: Place, places: Place[]): PlaceProblem | undefined {
    const upstream = to.kind === "protected" ? to.application.upstream : to.kind === "upstream" ? to.upstream : "";
    if (upstream === undefined)
        return {
            path: [...path.slice(0, -1), "upstream"],
            cure: "is missing; set the URL at which the gateway reaches the application, such as http://wiki:8080",
        };
    if (places.some(({ origin }) => upstream !== "" && new URL(origin).host === new URL(upstream).host))
        return { path, cure: "points back to the gateway; use the application's own host as its upstream" };
    return undefined;
}

function isSame(one: Target, other: Target): boolean {
    return JSON.stringify(one) === JSON.stringify(other);
}
