import { releaseInTag } from "../authentik/images";
import { reviewAccess } from "../authentik/access";
import { hiddenUrl, outpostOf } from "../authentik/applications";
import { reviewAttributes } from "../authentik/attributes";
import { attributedOf, kindOf, kinds } from "../authentik/providers";
import { releaseOf, sinceSeries, versionProblem } from "../authentik/releases";
import { allRoles, embeddedOutpost, type RolePort, roles, takenHosts } from "../authentik/roles";
import { leavesOf } from "../authentik/settings";
import { clash } from "../ground/fields";
import { duplicates, formatPath, type Path, type Problem, type Report, valueAt } from "../ground/problems";
import { publishedPorts } from "./published";
import { blueprintRule } from "./rules-blueprints";
import { containerRule } from "./rules-containers";
import { dataRules } from "./rules-data";
import { certificateRules } from "./rules-certificates";
import { gatewayRules } from "./rules-gateway";
import { placeRules } from "./rules-outposts";
import { resticRules } from "./rules-restic";
import { runtimeRules } from "./rules-runtime";
import type { Config, Rule } from "./schema";
import { clientKeySecret, decidesSecrets, isKey, secretsOf } from "./secrets";
import { volumeRule } from "./volumes";

/**
 * Checks keys against each other; the schema has checked each key by itself.
 *
 * @param config the keys that are sound; a rule that reads another one is left out, since it would only repeat that
 * problem in other words.
 */
export function checkRules(config: Partial<Config>): Problem[] {
    const problems: Problem[] = [];
    const report: Report = (path, cure) => problems.push({ key: formatPath(path), value: valueAt(config, path), cure });
    for (const { reads, check } of rules)
        if (reads.every((key) => config[key] !== undefined)) check(config as Config, report);
    return problems;
}

const nameRules: Rule[] = [
    unique("outposts", "name"),
    unique("applications", "slug"),
    unique("applications", "name"),
    unique("consumers", "name"),
    {
        reads: ["networks"],
        check: ({ networks }, report) => {
            const roles = Object.keys(networks);
            for (const index of duplicates(Object.values(networks).map(({ name }) => name)))
                report(
                    ["networks", roles[index] ?? "", "name"],
                    "is already the name of another network; choose another",
                );
        },
    },
    {
        reads: ["server", "outposts"],
        check: (config, report) => {
            const published = publishedPorts(config);
            for (const [index, one] of published.entries())
                if (published.slice(0, index).some((other) => clash(one, other)))
                    report(one.path, "is published twice; choose another port, or another address of the host");
        },
    },
    {
        reads: ["prefix", "outposts", "runtime", "server", "worker"],
        check: ({ prefix, outposts, runtime, server, worker }, report) => {
            // On a Swarm a hyphen and the container's number come behind it, and Linux takes 64 characters in all.
            const most = (replicas: number) => (runtime === "swarm" ? 63 - String(replicas).length : 63);
            const isLong = (name: string, replicas: number) => prefix.length + name.length > most(replicas);
            const longest = (name: string, replicas: number) =>
                `makes the host name of ${name} longer than ${most(replicas)} characters`;
            const ofOwn = Math.max(server.replicas, worker.replicas);
            const own = takenHosts.find((host) => isLong(host, ofOwn));
            if (own !== undefined) report(["prefix"], `${longest(own, ofOwn)}; shorten it`);
            else
                for (const [index, { name, replicas }] of outposts.entries())
                    if (isLong(name, replicas))
                        report(
                            ["outposts", index, "name"],
                            `is too long: the prefix ${prefix} ${longest(name, replicas)}; shorten one of the two`,
                        );
        },
    },
];

const releaseRules: Rule[] = [
    {
        reads: ["version", "allowUntested"],
        check: ({ version, allowUntested }, report) => {
            const problem = versionProblem(version, allowUntested);
            if (problem !== undefined) report(["version"], problem);
        },
    },
    {
        reads: ["version", "images"],
        check: ({ version, images }, report) => {
            for (const { image, name } of allRoles) {
                const own = valueAt(images, [image.key]);
                const of = typeof own === "string" ? releaseInTag(own) : undefined;
                // Server and worker share an image.
                if (image.tag !== "authentik" || name === "worker" || of === undefined) continue;
                if (version !== of && !version.startsWith(`${of}.`))
                    report(
                        ["images", image.key],
                        `is not an image of version ${version}; use the image of that version, or set version to that of the image`,
                    );
            }
        },
    },
    {
        reads: ["version", "applications"],
        check: ({ version, applications }, report) => {
            for (const [index, { launchUrl }] of applications.entries())
                if (launchUrl === hiddenUrl && releaseOf(version).hasHide)
                    report(
                        ["applications", index, "launchUrl"],
                        `no longer hides the application from ${sinceSeries("hasHide")} on; use \`hidden: true\``,
                    );
        },
    },
    {
        reads: ["settings", "applications"],
        check: ({ settings, applications }, report) => {
            const off = leavesOf(settings).find(({ name }) => name === "outposts.disable_embedded_outpost");
            if (String(off?.value) === "true" && applications.some((one) => outpostOf(one) === embeddedOutpost))
                report(
                    ["settings", ...(off?.path ?? [])],
                    "turns off the embedded outpost, which an application uses; remove one of the two",
                );
        },
    },
];

const outpostRules: Rule[] = [
    {
        reads: ["outposts"],
        check: ({ outposts }, report) => {
            for (const [index, { type, ports }] of outposts.entries()) {
                const { tls }: RolePort = roles[type].port;
                for (const [at, port] of ports.entries())
                    if (port.tls === true && tls === undefined)
                        report(
                            ["outposts", index, "ports", at, "tls"],
                            `has no effect: an outpost of type ${type} has no port with TLS; remove it`,
                        );
            }
        },
    },
    {
        reads: ["outposts"],
        check: ({ outposts }, report) => {
            for (const [index, { name }] of outposts.entries())
                if (takenHosts.includes(name))
                    report(["outposts", index, "name"], "is used by this stack itself; choose another");
        },
    },
    {
        reads: ["outposts", "networks"],
        check: ({ outposts, networks }, report) => {
            const roles = Object.keys(networks).filter((role) => role !== "db");
            for (const [index, outpost] of outposts.entries())
                for (const [at, network] of outpost.networks.entries()) {
                    if (roles.includes(network)) continue;
                    const what =
                        network === "db"
                            ? "is the databases' network, which outposts cannot join"
                            : "is not a network of this stack";
                    report(["outposts", index, "networks", at], `${what}; use one of ${roles.join(", ")}`);
                }
        },
    },
    {
        reads: ["outposts", "applications"],
        check: ({ outposts, applications }, report) => {
            for (const [index, { name }] of outposts.entries())
                if (!applications.some((application) => outpostOf(application) === name))
                    report(
                        ["outposts", index, "name"],
                        "protects no application; name it as provider.outpost of one, or remove it",
                    );
        },
    },
    {
        reads: ["outposts", "applications"],
        check: ({ outposts, applications }, report) => {
            for (const [index, application] of applications.entries()) {
                const name = outpostOf(application);
                const type = kindOf(application).outpost;
                if (name === undefined || type === undefined) continue;
                if (name === embeddedOutpost && type === "proxy") continue;
                const path = ["applications", index, "provider", "outpost"];
                const outpost = outposts.find((candidate) => candidate.name === name);
                const others = outposts.filter((candidate) => candidate.type === type).map((fitting) => fitting.name);
                const cure =
                    others.length > 0 ? `use one of ${others.join(", ")}` : `add it to outposts, with type ${type}`;
                if (outpost === undefined) report(path, `is not an outpost of this stack; ${cure}`);
                else if (outpost.type !== type)
                    report(path, `is an outpost of type ${outpost.type}; use one of type ${type}`);
            }
        },
    },
];

/** What the release takes of the attributes that have no key of ours. */
const attributeRule: Rule = {
    reads: ["version", "applications"],
    check: ({ version, applications }, report) => {
        for (const [index, application] of applications.entries())
            for (const one of attributedOf(application))
                reviewAttributes(one, version, (path, cure) => report(["applications", index, ...path], cure));
    },
};

/** What the keys about who may enter an application say against each other. */
const accessRule: Rule = {
    reads: ["applications"],
    check: ({ applications }, report) => {
        for (const [index, application] of applications.entries())
            reviewAccess(application, (path, cure) => report(["applications", index, ...path], cure));
    },
};

/** What each kind of provider asks of its applications. */
const applicationRule: Rule = {
    reads: ["applications"],
    check: ({ applications, url, prefix, version }, report) => {
        const reviewed = applications.map((application, index) => ({
            application,
            report: (path: Path, cure: string) => report(["applications", index, ...path], cure),
        }));
        for (const kind of new Set(kinds.map(([, kind]) => kind)))
            // These keys may be wrong themselves, and are undefined then.
            kind.review(
                reviewed.filter(({ application }) => kindOf(application) === kind),
                { url, prefix, version },
            );
    },
};

/** `secrets` and `rotation` name secrets that exist, and nothing that the user has to supply is missing. */
const secretsRule: Rule = {
    reads: ["secrets", "rotation", ...decidesSecrets],
    check: (config, report) => {
        const known = secretsOf(config);
        const names: string[] = known.map(({ name }) => name);
        for (const section of ["secrets", "rotation"] as const)
            for (const key of Object.keys(config[section]))
                if (!names.includes(key))
                    report([section, key], `is not a secret of this stack; use one of ${names.join(", ")}`);
        for (const { name, neededBy } of known) {
            if (neededBy === undefined || config.secrets[name] !== undefined) continue;
            const set = `pulumi config set --secret --path 'secrets["${name}"]'`;
            const from = isKey(name) ? ` < ${name === clientKeySecret ? "client" : "file"}.key` : "";
            report(["secrets", name], `is missing, and ${neededBy} needs it: \`${set}${from}\``);
        }
    },
};

/** Items of a list that must differ in a field. */
function unique(list: "outposts" | "applications" | "consumers", field: "name" | "slug"): Rule {
    return {
        reads: [list],
        check: (config, report) => {
            for (const index of duplicates(config[list].map((item) => valueAt(item, [field]))))
                report([list, index, field], `is used twice in ${list}; each needs its own`);
        },
    };
}

const rules: Rule[] = [
    ...nameRules,
    ...releaseRules,
    ...outpostRules,
    ...placeRules,
    containerRule,
    accessRule,
    applicationRule,
    attributeRule,
    blueprintRule,
    ...dataRules,
    volumeRule,
    ...gatewayRules,
    ...certificateRules,
    ...resticRules,
    ...runtimeRules,
    secretsRule,
];
