import type * as pulumi from "@pulumi/pulumi";
import { versionPattern } from "../authentik/releases";
import { databaseProblem, databaseQuery, type DatabaseUse, stepProblem } from "../authentik/upgrades";
import type { Config } from "../config/schema";
import type { Problem } from "../ground/problems";
import type { Observation } from "../engine/observation";
import type { Context } from "./context";
import type { Networks } from "./networks";
import { type PostgresConnection, psql } from "./postgres-connection";

/** What the database is asked with before authentik uses it. */
export interface ReleaseGuardArgs {
    /** The release, and who else uses the server; plain. */
    use: DatabaseUse;
    postgres: PostgresConnection;
    /** An image of PostgreSQL with `psql`, e.g. `postgres:16-alpine`. */
    image: pulumi.Input<string>;
    /** `db` and `backend` are used. */
    networks: Networks;
    context: Context;
}

const queryFile = "/release/query.sql";

/**
 * Asks the database which release it is of, before a server or a worker of another one migrates it.
 *
 * @throws (when the update runs) Error where authentik cannot go from that release to this one, or where the database is not
 *   fit for it, with what to do instead. Nothing of authentik was touched then.
 */
export function guardRelease(
    name: string,
    args: ReleaseGuardArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const { use, postgres, networks, context } = args;
    const printing = ["--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", `--file=${queryFile}`];
    return context.runtime.job(
        name,
        {
            ...psql(postgres, args.image, printing),
            title: "asking the database for its release",
            documents: { [queryFile]: databaseQuery },
            networks: networks.attach(["db", "backend"], `${context.prefix}authentik-release`),
            triggers: {
                version: use.version,
                consumers: (use.consumers ?? []).join(" "),
                revision: postgres.revision,
            },
            seconds: 60,
            judge: (output) => databaseProblem(output, use),
            cure: "Run `pulumi up` again when the cause is fixed.",
        },
        { ...opts, dependsOn: postgres.dependsOn },
    );
}

/**
 * The same by the container that runs, for a preview and before anything is touched.
 *
 * @param server name of the server's resource.
 */
export function releaseProblems(
    { version, allowUntested }: Config,
    server: string,
    seen: Observation | undefined,
): Problem[] {
    // The label that every official image of authentik has, and images made from one inherit.
    const runs = seen?.label(server, "org.opencontainers.image.version");
    const problem =
        runs === undefined || !versionPattern.test(runs) ? undefined : stepProblem(runs, version, allowUntested);
    return problem === undefined ? [] : [{ key: "version", value: version, cure: problem }];
}
