import { allRoles, type Role, roles } from "../authentik/roles";
import { duplicates, type Report } from "../ground/problems";
import { type ContainerConfig, everyone, isAuthentik, trustVariables } from "./containers";
import type { Config, Rule } from "./schema";

/** Checks of `containers`: what it names is there, and nothing in it is what the stack sets itself. */
export const containerRule: Rule = {
    reads: ["containers", "version", "outposts", "consumers", "postgres", "redis", "backup"],
    check: (config, report) => {
        const known = new Map(containersOf(config));
        if (everyone in config.containers && known.has(everyone))
            report(
                ["containers", everyone],
                "stands for all of authentik's containers, but an outpost has this name; rename the outpost",
            );
        for (const [name, added] of Object.entries(config.containers)) {
            const at: Report = (path, cure) => report(["containers", name, ...path], cure);
            const affected = name === everyone ? [...known.values()].filter(isAuthentik) : [known.get(name)];
            if (affected.includes(undefined)) {
                const names = [everyone, ...known.keys()].join(", ");
                at([], `is not a container of this stack; use one of ${names}`);
            } else for (const role of new Set(affected)) if (role !== undefined) checkAdditions(role, added, at);
        }
        // Alone, each of the two may be right.
        for (const [name, role] of known) {
            const own = config.containers[name]?.mounts ?? [];
            const common = isAuthentik(role) ? (config.containers[everyone]?.mounts ?? []) : [];
            for (const index of duplicates([...common, ...own].map(({ target }) => target)))
                if (index >= common.length)
                    report(
                        ["containers", name, "mounts", index - common.length, "target"],
                        "is the target of two mounts; use another for one of them",
                    );
        }
    },
};

/** Every container of a stack, by the name that `containers` has for it. */
function containersOf(config: Config): [string, Role][] {
    const services = allRoles.filter(({ host, needed }) => host !== undefined && needed(config));
    const outposts = config.outposts.filter(({ run }) => run);
    return [
        ...services.map((role): [string, Role] => [role.name, role]),
        ...outposts.map(({ name, type }): [string, Role] => [name, roles[type]]),
    ];
}

function checkAdditions(role: Role, { mounts, environment, caCertificates }: ContainerConfig, report: Report): void {
    for (const [index, { target }] of mounts.entries()) {
        const taken = role.folders.find((folder) => folder === target || folder.startsWith(`${target}/`));
        if (taken !== undefined)
            report(["mounts", index, "target"], `hides ${taken}, which this stack mounts itself; choose another`);
    }
    const trusts = caCertificates !== undefined;
    if (trusts && !isAuthentik(role) && !["gateway", "restic"].includes(role.image.tag))
        report(
            ["caCertificates"],
            role.host === roles.backup.host
                ? "has no effect on backups; remove it, and use `postgres.external.caCertificate`"
                : "has no effect on PostgreSQL and Redis, which connect to no other server; remove it",
        );
    for (const name of Object.keys(environment)) {
        const isTrust = trusts && trustVariables.some((one) => one === name);
        const instead = isTrust ? "`caCertificates`" : insteadOf(name, role);
        if (instead !== undefined) report(["environment", name], `is set by this stack itself; use ${instead} instead`);
    }
}

function insteadOf(name: string, role: Role): string | undefined {
    // An outpost has no host of its own in the table.
    if (/^AUTHENTIK_/i.test(name)) return role.host === undefined ? "`settings` of the outpost" : "`settings`";
    return role.variables?.includes(name) === true ? "another name" : undefined;
}
