// Package random maps the upstream random provider onto Pulumi's package of the same name.
//
// The module's path lies below upstream's, which is what lets it import upstream's internal package without a copy.
package random

import (
	_ "embed"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// Version is that of the npm package @pulumi/random, set by the linker: the engine asks for exactly that one.
var Version string

// Schema and metadata are written by tfgen before the plugin is built; both start as {}.
//
//go:embed schema.json
var Schema []byte

//go:embed bridge-metadata.json
var metadata []byte

// Provider tells the bridge how upstream's resources are named in Pulumi.
func Provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(provider.New()),
		Name:         "random",
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata(metadata),
		Resources: map[string]*tfbridge.ResourceInfo{
			// Upstream gives random bytes no id of their own; Pulumi cannot do without one.
			"random_bytes": {ComputeID: tfbridge.DelegateIDField("base64", "random", "the upstream random provider")},
		},
		// As Pulumi's own build sets them, so that a state moves between the two without a difference.
		EnableAccurateBridgePreview: true,
		EnableRawStateDelta:         true,
	}
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return tokens.MakeStandard("random")(module, "Random"+name)
	}))
	return info
}
