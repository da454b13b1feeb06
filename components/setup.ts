import type * as pulumi from "@pulumi/pulumi";
import { releaseOf } from "../authentik/releases";
import type { Context } from "./context";
import type { Instance } from "./instance";
import type { Networks } from "./networks";

/** What tells authentik that it is set up. */
export interface SetupArgs {
    /** The job runs in its image, with its settings. */
    instance: Instance;
    /** `db` is used. */
    networks: Networks;
    /** Changes when the database is another one. */
    revision: pulumi.Input<string>;
    context: Context;
}

/**
 * Nothing else than authentik itself can set the flag: it is neither in its API nor in blueprints. A candidate for the release
 * may be older than the flag, as 2026.5.0-rc1 of April 2026 was: there is nothing to set then, and the proof looks at `/`.
 */
export const setupCode = `from authentik.core import apps
if hasattr(apps, "Setup"):
    apps.Setup.set(True)
    assert apps.Setup.get()
`;

/**
 * Tells releases that ask for it that the setup is done, since its page was taken away.
 *
 * @throws (when the update runs) Error with authentik's own words.
 * @returns what has to be done before a person can sign in: nothing for releases that have no such flag.
 */
export function markSetUp(name: string, args: SetupArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const { instance, networks, revision, context } = args;
    if (!releaseOf(instance.version).hasSetupFlag) return [];
    const job = {
        ...instance,
        title: "telling authentik that it is set up",
        command: ["shell", "-c", setupCode],
        networks: networks.attach(["db"], `${context.prefix}authentik-setup`),
        triggers: { revision },
        seconds: 120,
        cure: "Fix the cause, then run `pulumi up` again.",
    };
    return [context.runtime.job(name, job, opts)];
}
