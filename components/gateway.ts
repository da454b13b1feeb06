import * as pulumi from "@pulumi/pulumi";
import { type Place, placesOf } from "../authentik/gateway";
import {
    addressFolder,
    addressVariable,
    adminAddress,
    certificateFolder,
    firstCaddyfile,
    gatewayCaddyfile,
    gatewayFolder,
    gatewayVariables,
    issuedFolders,
    issuerOf,
    rootCertificatePath,
} from "../authentik/gateway-caddyfile";
import { roles } from "../authentik/roles";
import { type CertificateConfig, isFor } from "../config/certificates";
import { fileOf, gatewayOptions } from "../config/gateway";
import { gatewayPorts } from "../config/published";
import type { Config } from "../config/schema";
import type { ContainerTransform, Process, Running } from "../engine/workload";
import { type ContainerAdditions, withAdditions } from "./additions";
import { type Context, dataServices, dataVolume } from "./context";
import type { Networks } from "./networks";
import type { Outpost } from "./outpost";
import type { Server } from "./server";

/** What the gateway is made with. */
export interface GatewayArgs {
    /** Plain, since it decides which names there are: `gateway` is set. */
    config: Config;
    /** Caddy, 2.8 or later: the first one that reads files when it is asked. */
    image: pulumi.Input<string>;
    networks: Networks;
    server: Server;
    /** Those that run here. */
    outposts: Outpost[];
    /** The private key of each certificate of one's own, by its name. Secret, whether or not it is marked so. */
    keys: Record<string, pulumi.Input<string>>;
    /** What its container gets beside that. Default: nothing. */
    additions?: ContainerAdditions;
    /** Changes what its container is made with. Default: nothing is changed. */
    transform?: ContainerTransform;
    context: Context;
}

/** Its user: one that owns nothing else. Docker lets every user of a container listen on any port of it. */
const user = "1000:1000";
const folder = "/run/gateway";
/** Time for a CA, which usually needs a quarter of it. */
const certificateSeconds = 45;
/** Of its log, which has a line for each request. */
const telling = /"level":"error"/;

/**
 * The front door: it publishes every name over https and leads it to its place.
 *
 * A new configuration is checked, and taken over without a restart. A container that replaces another one behind it is taken over
 * without a new configuration.
 *
 * @throws (when the update runs) Error with Caddy's words when it refuses the configuration, and what the gateway had before stays
 *   in place; or with the CA's words when there is no certificate for a name, while all others serve what is configured.
 * @example
 * const gateway = new Gateway("auth-gateway", {
 *     ...{ config, networks, context, server, outposts: [outpost], keys: {} },
 *     image: officialImages("2025.8.4").gateway,
 * });
 */
export class Gateway extends pulumi.ComponentResource {
    /** The container. */
    public readonly running: Running;
    /** The names that it serves. */
    public readonly places: Place[];
    /** Done when it serves what is configured. */
    public readonly configured: pulumi.Resource;
    /** The certificate of its own CA, as PEM; undefined when it certifies no name. */
    public readonly rootCertificate: pulumi.Output<string> | undefined;
    /** Name of the volume with its certificates. */
    public readonly volume: pulumi.Output<string>;

    public constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
        super(dataServices.gateway.type, name, {}, opts);
        const { config, context, networks, server, outposts, image } = args;
        const { gateway } = config;
        if (gateway === undefined)
            throw new pulumi.RunError("a gateway needs the section gateway of the configuration");
        const child = { parent: this };
        const places = placesOf(config);
        this.places = places;
        const certificates = config.certificates.filter(({ certificate }) =>
            namesOf(places).some((one) => isFor(certificate, one)),
        );
        const options = gatewayOptions(gateway, certificates);
        const title = `${context.prefix}${roles.gateway.host}`;
        this.volume = dataVolume(`${name}-data`, "gateway", context, child);
        const process: Omit<Process, "networks"> = {
            image,
            user,
            variables: gatewayVariables,
            // The program has this capability in its file, and does not start where it may not have it.
            capabilities: ["NET_BIND_SERVICE"],
        };
        const mount = { source: this.volume, target: gatewayFolder };
        const { memory, cpus } = gateway;
        this.running = context.runtime.run(
            name,
            withAdditions(
                {
                    ...process,
                    title,
                    command: ["caddy", "run", "--resume", "--config", `${folder}/first`, "--adapter", "caddyfile"],
                    files: [{ path: `${folder}/first`, content: firstCaddyfile(), secrets: [] }],
                    mounts: [{ ...mount, owner: { user, image } }],
                    // Other containers reach authentik where people do. With the other names, each new one would replace the gateway.
                    networks: networks.attach(rolesOf(config), title, new URL(config.url).hostname),
                    publish: gatewayPorts(gateway).map(({ path: _, protocol, ...on }) => ({
                        port: on.port,
                        protocol: protocol === "udp" ? protocol : undefined,
                        on: [on],
                    })),
                    health: roles.gateway.health,
                    stopSeconds: roles.gateway.stopSeconds,
                    limits: { memory, cpus },
                    pids: roles.gateway.pids,
                    telling,
                    transform: args.transform,
                },
                args.additions,
            ),
            child,
        );
        const behind = [server.running, ...outposts.map(({ running }) => running)];
        const asked = namesOf(places.filter(({ origin }) => issuerOf(origin, options) === "acme"));
        const addresses = {
            [addressVariable()]: server.running.address,
            ...Object.fromEntries(outposts.map(({ outpost, running }) => [addressVariable(outpost), running.address])),
        };
        this.configured = context.runtime.job(
            `${name}-configured`,
            {
                ...process,
                title: "giving the gateway its configuration",
                entrypoint: ["sh", "-c"],
                command: [configure(Object.keys(addresses), asked, issuedFolders(options))],
                documents: { [`${folder}/Caddyfile`]: gatewayCaddyfile(places, options), ...documents(certificates) },
                files: certificates.map(({ name: key, certificate }) => ({
                    path: `${folder}/${fileOf(certificate)}.key`,
                    content: pulumi.secret(args.keys[key] ?? ""),
                })),
                variables: { ...gatewayVariables, ...addresses },
                mounts: [mount],
                networks: [],
                triggers: { [title]: this.running.revision },
                witnesses: [this.running],
                seconds: 120 + certificateSeconds,
                cure:
                    "If Caddy refused the configuration, the gateway keeps its previous one. If a certificate is missing, " +
                    "the new configuration is active, and Caddy tries again by itself, at growing intervals. " +
                    "Fix the cause and run `pulumi up` again, which tries again at once.",
            },
            { parent: this, dependsOn: [this.running.healthy, ...behind.map(({ healthy }) => healthy)] },
        );
        this.rootCertificate = places.some(({ origin }) => issuerOf(origin, options) === "internal")
            ? this.configured.urn.apply(() => context.runtime.read(this.running, rootCertificatePath))
            : undefined;
        this.registerOutputs({});
    }
}

/**
 * Caddy itself goes on with what it had where it does not take a configuration, and does nothing where it is unchanged. Addresses
 * and certificates are there before the configuration that names them, and certificates go after the one that does no longer.
 *
 * A name without a certificate fails the job, so that the next update runs it again. Without `--force`, Caddy would go on waiting
 * until it is time for its own next attempt.
 *
 * @param addresses names of the variables that are addresses of containers.
 * @param asked names that an ACME CA certifies.
 * @param folders with that CA's certificates.
 */
function configure(addresses: string[], asked: string[], folders: string[]): string {
    return `
set -eu
umask 077
lacking() {
  for name in ${asked.join(" ")}; do
    find ${folders.join(" ")} -name "$name.crt" 2>/dev/null | grep -q . || echo "$name"
  done
}
mkdir -p ${certificateFolder} ${addressFolder}
for file in ${folder}/*.crt ${folder}/*.key; do
  if [ -e "$file" ]; then cp -f "$file" ${certificateFolder}/; fi
done
caddy validate --config ${folder}/Caddyfile --adapter caddyfile
for name in ${addresses.join(" ")}; do
  printf %s "$(printenv "$name")" > ${addressFolder}/.new
  mv -f ${addressFolder}/.new "${addressFolder}/$name"
done
force="$(lacking)"
caddy reload \${force:+--force} --config ${folder}/Caddyfile --adapter caddyfile --address ${adminAddress}
for file in ${certificateFolder}/*; do
  if [ ! -e "${folder}/$(basename "$file")" ]; then rm -f "$file"; fi
done
for second in $(seq ${certificateSeconds}); do
  if [ -z "$(lacking)" ]; then exit 0; fi
  sleep 1
done
lacking | sed 's/^/the CA issued no certificate for /' >&2
exit 1
`;
}

function documents(certificates: CertificateConfig[]): Record<string, string> {
    return Object.fromEntries(
        certificates.map(({ certificate }) => [`${folder}/${fileOf(certificate)}.crt`, certificate]),
    );
}

/** The networks on which server, outposts and applications are. */
function rolesOf({ outposts }: Config): string[] {
    return [...new Set(["frontend", "backend", ...outposts.flatMap(({ run, networks }) => (run ? networks : []))])];
}

function namesOf(places: Place[]): string[] {
    return [...new Set(places.map(({ origin }) => new URL(origin).hostname))];
}
