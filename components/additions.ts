import { type ContainerConfig, trustVariables } from "../config/containers";
import type { Process, WorkloadFile } from "../engine/workload";

/**
 * What a container gets beside what its component gives it: `containers` of the configuration, whose checks keep the two apart.
 *
 * @example
 * const additions: ContainerAdditions = { dns: ["192.0.2.53"], environment: { HTTPS_PROXY: "http://proxy:3128" } };
 */
export type ContainerAdditions = Partial<ContainerConfig>;

/** The bundle of Debian and Alpine, which the official images are built from. */
const imageBundle = "/etc/ssl/certs/ca-certificates.crt";
const bundle = "/run/secrets/ca-certificates.crt";

/** A process with what the configuration adds to it. */
export function withAdditions<Some extends Partial<Process>>(process: Some, additions: ContainerAdditions = {}): Some {
    const { mounts = [], hosts = {}, dns, environment = {}, shm, caCertificates } = additions;
    const trusted: WorkloadFile[] =
        caCertificates === undefined
            ? []
            : [{ path: bundle, content: caCertificates, secrets: [], after: imageBundle }];
    const variables = {
        ...process.variables,
        ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
        ...Object.fromEntries(trusted.flatMap(({ path }) => trustVariables.map((name) => [name, path]))),
    };
    return {
        ...process,
        variables,
        mounts: [...(process.mounts ?? []), ...mounts],
        files: [...(process.files ?? []), ...trusted],
        shm: shm ?? process.shm,
        ...(Object.keys(hosts).length === 0 ? {} : { hosts }),
        ...(dns === undefined ? {} : { dns }),
    };
}
