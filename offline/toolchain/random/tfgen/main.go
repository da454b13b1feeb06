// Writes schema.json and bridge-metadata.json, which the plugin embeds.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"

	random "github.com/terraform-providers/terraform-provider-random/pulumi"
)

func main() {
	tfgen.Main("random", random.Provider())
}
