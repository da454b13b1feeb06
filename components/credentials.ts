import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Config } from "../config/schema";
import { isSecretOutput, type SecretName, type SecretOutput, secretProblem } from "../config/secrets";

/** Where the secrets of a stack come from. Names are those of docs/secrets.md, e.g. `outpost/ak-outpost-organizr`. */
export interface CredentialsArgs {
    /** Secrets by name that are used instead of generated ones. Default: none. */
    supplied?: Record<string, pulumi.Input<string>>;
    /** A number by name; when it changes, a new secret is generated. Plain: it decides whether the secret is protected. Default: none. */
    rotation?: Record<string, number>;
}

/**
 * Hands out every secret of a stack by name: the one place that chooses between supplied and generated. A generated one
 * has 50 letters and digits.
 *
 * @example
 * const credentials = new Credentials({ supplied: { "admin-password": new pulumi.Config().requireSecret("password") } });
 */
export class Credentials {
    public constructor(private readonly args: CredentialsArgs = {}) {}

    /**
     * The secret of a name, marked secret.
     *
     * @param key what `secrets` and `rotation` in the configuration call it, e.g. `outpost/ak-outpost-organizr`.
     * @param prefix what the name of a generated secret's resource begins with; the key follows.
     * @param opts of that resource, e.g. its parent.
     */
    public secret(key: SecretName, prefix: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
        const supplied = this.args.supplied?.[key];
        if (supplied !== undefined) return pulumi.secret(supplied);
        const generation = this.args.rotation?.[key];
        // Letters and digits only: the secret goes into files, URLs and SQL, where others would need quoting.
        const args = {
            length: 50,
            special: false,
            keepers: generation === undefined ? undefined : { generation: String(generation) },
        };
        // A protected resource cannot be replaced, so rotated secrets are not protected.
        const protect = generation === undefined ? opts.protect : false;
        return new random.RandomPassword(`${prefix}-${key.replaceAll("/", "-")}`, args, { ...opts, protect }).result;
    }
}

/**
 * The supplied secrets by name: as they are given, or read from another stack's outputs.
 *
 * @throws pulumi.RunError (when one is used) that names the stack and its output where that cannot be used as a secret.
 */
export function suppliedSecrets(
    name: string,
    secrets: Config["secrets"],
    opts: pulumi.ResourceOptions,
): Record<string, pulumi.Input<string>> {
    const references = new Map<string, pulumi.StackReference>();
    const referenceTo = (stack: string) => {
        const title = `${name}-secrets-of-${stack.replaceAll("/", "-")}`;
        const reference = references.get(stack) ?? new pulumi.StackReference(title, { name: stack }, opts);
        references.set(stack, reference);
        return reference;
    };
    return Object.fromEntries(
        Object.entries(secrets).map(([key, value]) => [
            key,
            isSecretOutput(value) ? readSecret(key, value, referenceTo(value.stack)) : value,
        ]),
    );
}

function readSecret(key: string, { stack, output }: SecretOutput, reference: pulumi.StackReference) {
    const [top = output, ...path] = output.split(".");
    const found = reference.getOutput(top);
    const secret = pulumi.all([found, pulumi.isSecret(found)]).apply(([value, isSecret]: [unknown, boolean]) => {
        const refuse = (problem: string) =>
            new pulumi.RunError(
                `the output ${output} of the stack ${stack}, configured as the secret ${key}, ${problem}`,
            );
        const text = path.reduce(partOf, value);
        if (text === undefined) throw refuse("does not exist; export it there, and run `pulumi up` there");
        if (!isSecret) throw refuse("is not secret there; choose a new value and export it as `pulumi.secret(...)`");
        const problem = typeof text === "string" ? secretProblem(key, text) : "must be text";
        if (problem !== undefined) throw refuse(problem);
        return text as string;
    });
    return pulumi.secret(secret);
}

function partOf(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
