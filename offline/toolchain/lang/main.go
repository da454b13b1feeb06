// Command pulumi-language-nodejs runs Pulumi programs written for Node.js.
//
// It is the part of Pulumi's own language host that running a program needs. Pulumi's is no module of its own that the
// Go proxy serves; the last one inside the SDK's module (3.68) stands between program and engine and does not pass on
// what came later, such as resource hooks. This one lets the program talk to the engine directly.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The exit code of the SDK's runner when it has told the user what is wrong by itself.
const alreadyReported = 32

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
}

func main() {
	flag.String("root", "", "ignored; each request names its folders")
	flag.String("tracing", "", "ignored")
	flag.Parse()
	if err := serve(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve prints the port for the engine to call and serves until the engine is gone.
func serve(engine string) error {
	ctx, cancel := context.WithCancel(context.Background())
	stop := make(chan bool)
	go func() {
		<-ctx.Done()
		close(stop)
	}()
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, cancel); err != nil {
		return fmt.Errorf("could not watch the engine: %w", err)
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("could not serve: %w", err)
	}
	fmt.Printf("%d\n", handle.Port)
	return <-handle.Done
}

// Run runs the program and waits for its end.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	info := req.GetInfo()
	runner, err := locate(ctx, info.GetProgramDirectory(), "@pulumi/pulumi/cmd/run")
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(append([]string{}, req.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	options := info.GetOptions().AsMap()
	command := exec.CommandContext(ctx, "node", append(nodeArgs(options), h.runArgs(req, runner)...)...)
	command.Dir = req.GetPwd()
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Env = append(os.Environ(),
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys),
		fmt.Sprintf("PULUMI_NODEJS_TYPESCRIPT=%t", options["typescript"] != false),
	)
	if path, ok := options["tsconfig"].(string); ok {
		command.Env = append(command.Env, "PULUMI_NODEJS_TSCONFIG_PATH="+path)
	}
	return response(command.Run()), nil
}

// nodeArgs is what the option `nodeargs` of Pulumi.yaml hands to node.
func nodeArgs(options map[string]any) []string {
	text, _ := options["nodeargs"].(string)
	return strings.Fields(text)
}

// runArgs is the command line of the SDK's runner.
func (h *host) runArgs(req *pulumirpc.RunRequest, runner string) []string {
	args := []string{runner}
	flags := [][2]string{
		{"monitor", req.GetMonitorAddress()},
		{"engine", h.engine},
		{"organization", req.GetOrganization()},
		{"project", req.GetProject()},
		{"root-directory", req.GetInfo().GetRootDirectory()},
		{"stack", req.GetStack()},
		{"pwd", req.GetPwd()},
		{"parallel", fmt.Sprint(req.GetParallel())},
	}
	for _, flag := range flags {
		if flag[1] != "" {
			args = append(args, "--"+flag[0], flag[1])
		}
	}
	if req.GetDryRun() {
		args = append(args, "--dry-run")
	}
	return append(append(args, req.GetInfo().GetEntryPoint()), req.GetArgs()...)
}

func response(err error) *pulumirpc.RunResponse {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}
	case errors.As(err, &exit) && exit.ExitCode() == alreadyReported:
		return &pulumirpc.RunResponse{Bail: true}
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode())}
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Problem executing program: %v", err)}
	}
}

// locate asks node for the path of a module, as the program in that folder would find it.
func locate(ctx context.Context, folder, module string) (string, error) {
	command := exec.CommandContext(ctx, "node", "-e", "console.log(require.resolve(process.argv[1]))", module)
	command.Dir = folder
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s is not installed below %s; run `npm install`", module, folder)
	}
	return filepath.FromSlash(strings.TrimSpace(string(output))), nil
}

// InstallDependencies lets npm install what a package of components needs.
func (h *host) InstallDependencies(req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.GetIsTerminal())
	if err != nil {
		return err
	}
	defer closer.Close()
	command := exec.CommandContext(server.Context(), "npm", "install", "--no-audit", "--no-fund", "--loglevel=error")
	command.Dir = req.GetInfo().GetProgramDirectory()
	command.Stdout, command.Stderr = stdout, stderr
	return command.Run()
}

// RunPlugin runs a policy pack, or a package of components: what else the engine asks Node.js to run.
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer) error {
	folder := req.GetInfo().GetProgramDirectory()
	module, args := "@pulumi/pulumi/cmd/run-plugin", append([]string{folder}, req.GetArgs()...)
	if req.GetKind() == "analyzer" {
		module, args = "@pulumi/pulumi/cmd/run-policy-pack", append(req.GetArgs(), folder)
	}
	runner, err := locate(server.Context(), folder, module)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	command := exec.CommandContext(server.Context(), "node", append([]string{runner}, args...)...)
	// Not the engine's choice, the program's folder: the policy SDK reads name and version from package.json here.
	command.Dir = folder
	command.Env = append(os.Environ(), req.GetEnv()...)
	command.Stdout, command.Stderr = stdout, stderr
	return command.Run()
}

// GetRequiredPackages names nothing: each npm package tells the engine its plugin and version when it is used.
func (h *host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// GetRequiredPlugins names nothing, as GetRequiredPackages.
func (h *host) GetRequiredPlugins(context.Context, *pulumirpc.GetRequiredPluginsRequest) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

// GetPluginInfo tells the version.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "0.1.0"}, nil
}

// Cancel leaves it to the engine's end to stop the program: what is in flight is finished.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
