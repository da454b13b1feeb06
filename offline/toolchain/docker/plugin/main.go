// The provider plugin pulumi-resource-docker.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	docker "github.com/terraform-providers/terraform-provider-docker/pulumi"
)

func main() {
	tfbridge.Main("docker", docker.Version, docker.Provider(), docker.Schema)
}
