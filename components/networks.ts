import * as pulumi from "@pulumi/pulumi";
import type { NetworkAttachment, Runtime } from "../engine/workload";
import type { Context } from "./context";

/**
 * A Docker network that is created, or adopted when it exists already. Plain, since names of networks are keys of outputs.
 *
 * @example
 * const frontend: NetworkArgs = { name: "proxy_net", adopt: true };
 */
export interface NetworkArgs {
    /** The network's name, without the prefix. */
    name: string;
    /** Use a network of exactly this name, without the prefix, which others made. Default: false. */
    adopt?: boolean;
}

/** The networks of a stack. */
export interface NetworksArgs {
    /** By role: server and worker need `frontend`, `backend` and `db`. A network of the role `db` has no way out. */
    networks: Record<string, NetworkArgs>;
    context: Context;
}

/**
 * The networks of a stack by their role, e.g. `frontend`.
 *
 * @example
 * const networks = new Networks("auth-networks", {
 *     networks: { frontend: { name: "proxy_net", adopt: true }, backend: { name: "backend_net" }, db: { name: "db_net" } },
 *     context,
 * });
 */
export class Networks extends pulumi.ComponentResource {
    /** Names of the networks as Docker knows them, by role. */
    public readonly names: Record<string, string>;
    /** The network on which a Prometheus asks for metrics; none where there is none. */
    public readonly monitoring: string[];
    private readonly references: Record<string, pulumi.Input<string>>;

    public constructor(name: string, args: NetworksArgs, opts?: pulumi.ComponentResourceOptions) {
        super("authentik-stack:index:Networks", name, {}, opts);
        const { prefix, runtime } = args.context;
        const entries = Object.entries(args.networks);
        this.names = Object.fromEntries(
            entries.map(([role, network]) => [
                role,
                network.adopt === true ? network.name : `${prefix}${network.name}`,
            ]),
        );
        this.references = Object.fromEntries(
            entries.map(([role, network]) => [
                role,
                network.adopt === true ? network.name : this.create(runtime, `${name}-${role}`, role),
            ]),
        );
        this.monitoring = "monitoring" in args.networks ? ["monitoring"] : [];
        const made = entries.flatMap(([role, { adopt }]) => (adopt === true ? [] : [`${name}-${role}`]));
        for (const former of runtime.formerNetworks())
            if (former.startsWith(`${name}-`) && !made.includes(former))
                runtime.releaseNetwork(former, { parent: this });
        this.registerOutputs({ names: this.names });
    }

    /**
     * How a container joins the networks of some roles under its names.
     *
     * @throws Error that names a role which no network has.
     */
    public attach(roles: string[], ...aliases: string[]): NetworkAttachment[] {
        return roles.map((role) => {
            const network = this.references[role];
            if (network === undefined)
                throw new Error(`no network has the role ${role}; there are ${Object.keys(this.names).join(", ")}`);
            return { network, aliases };
        });
    }

    private create(runtime: Runtime, name: string, role: string): pulumi.Output<string> {
        // Databases need no way out, and nothing outside needs a way in.
        return runtime.network(name, { name: this.names[role] ?? role, internal: role === "db" }, { parent: this });
    }
}
