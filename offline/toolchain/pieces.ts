/** The release of Pulumi's CLI, and with it of the engine. */
export const engineVersion = "3.259.0";

/** One program of the toolchain. */
export interface Piece {
    /** Its name in messages, with its version. */
    title: string;
    /** The Go module: a folder next to this file. */
    folder: string;
    /** The Go package of the program itself. */
    package: string;
    /** Go variables that the linker sets, by their full names. */
    variables: Record<string, string>;
    tags: string[];
    /** Path of the program in the cache. */
    file: string;
    /** For a provider: the Go package that writes the schema that its plugin embeds. */
    schemaWriter?: string;
}

/** Provider plugins by the npm package whose release each one is: the engine asks for exactly the package's version. */
export const providerVersions = { "@pulumi/random": "4.21.2", "@pulumi/docker": "5.2.0" };

/** The largest first: it warms Go's build cache for the others. */
export const pieces: Piece[] = [
    {
        title: `the Pulumi CLI ${engineVersion}`,
        folder: "cli",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": engineVersion },
        tags: [],
        file: "bin/pulumi",
    },
    {
        // Our own; lang/main.go says why.
        title: "a language host for Node.js",
        folder: "lang",
        package: ".",
        variables: {},
        tags: [],
        file: "bin/pulumi-language-nodejs",
    },
    provider("random", providerVersions["@pulumi/random"]),
    // Upstream's Docker Compose resource is not mapped, but its many dependencies would be built.
    provider("docker", providerVersions["@pulumi/docker"], ["no_compose"]),
];

function provider(name: string, version: string, tags: string[] = []): Piece {
    return {
        title: `the provider plugin ${name} ${version}`,
        folder: name,
        package: "./plugin",
        variables: { [`github.com/terraform-providers/terraform-provider-${name}/pulumi.Version`]: version },
        tags,
        file: `home/plugins/resource-${name}-v${version}/pulumi-resource-${name}`,
        schemaWriter: "./tfgen",
    };
}
