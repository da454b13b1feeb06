import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Where the secrets of a stack come from. */
export interface CredentialsArgs {
    /** Secrets of one's own by name, instead of generated ones. Default: none. */
    supplied?: Record<string, pulumi.Input<string>>;
    /** A number by name; when it changes, a new secret is generated. Default: none. */
    rotation?: Record<string, number>;
}

/** Hands out every secret of a stack by name: the one place that chooses between supplied and generated. */
export class Credentials {
    public constructor(private readonly args: CredentialsArgs = {}) {}

    /**
     * The secret of a name, marked secret.
     *
     * @param key e.g. `secret-key` or `outpost/ak-outpost-organizr`; what `secrets` and `rotation` in the configuration name.
     * @param opts its parent gives the generated secret its place; its resource is named after the key.
     */
    public secret(key: string, prefix: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
        const supplied = this.args.supplied?.[key];
        if (supplied !== undefined) return pulumi.secret(supplied);
        const generation = this.args.rotation?.[key];
        // Letters and digits only: the secret goes into files, URLs and SQL, where others would need quoting.
        const args = {
            length: 50,
            special: false,
            keepers: generation === undefined ? undefined : { generation: String(generation) },
        };
        // What is protected cannot be replaced, so that a rotated secret is not.
        const protect = generation === undefined ? opts.protect : false;
        return new random.RandomPassword(`${prefix}-${key.replaceAll("/", "-")}`, args, { ...opts, protect }).result;
    }
}
