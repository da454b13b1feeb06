// The provider plugin pulumi-resource-random.
package main

import (
	"context"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	random "github.com/terraform-providers/terraform-provider-random/pulumi"
)

func main() {
	pf.Main(context.Background(), "random", random.Provider(), pf.ProviderMetadata{PackageSchema: random.Schema})
}
