// Writes schema.json, which the plugin embeds.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"

	docker "github.com/terraform-providers/terraform-provider-docker/pulumi"
)

func main() {
	tfgen.Main("docker", docker.Version, docker.Provider())
}
