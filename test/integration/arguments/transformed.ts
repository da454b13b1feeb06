import type { ContainerTransform } from "../../../engine/workload";
import type { Argument } from "./declared";

/** Arguments that only a transform reaches, and those that it overrules. */
export function transformedArguments(): Record<string, Argument> {
    const arguments_: Record<string, [ContainerTransform, ContainerTransform, Argument["see"], Argument["seen"]]> = {
        dns: [
            (args) => void (args.dns = ["192.0.2.53"]),
            (args) => void (args.dns = ["192.0.2.54"]),
            ({ HostConfig }) => (HostConfig.Dns ?? []) as string[],
            [["192.0.2.53"], ["192.0.2.54"], []],
        ],
        hosts: [
            (args) => void (args.hosts = [{ host: "one", ip: "192.0.2.1" }]),
            (args) => void (args.hosts = [{ host: "one", ip: "192.0.2.2" }]),
            ({ HostConfig }) => (HostConfig.ExtraHosts ?? []) as string[],
            [["one:192.0.2.1"], ["one:192.0.2.2"], []],
        ],
        shmSize: [
            (args) => void (args.shmSize = 80),
            (args) => void (args.shmSize = 96),
            ({ HostConfig }) => (HostConfig.ShmSize ?? 0) / 1024 ** 2,
            [80, 96, 64],
        ],
        ulimits: [
            (args) => void (args.ulimits = [{ name: "nofile", soft: 1000, hard: 1000 }]),
            (args) => void (args.ulimits = [{ name: "nofile", soft: 2000, hard: 2000 }]),
            ({ HostConfig }) => ((HostConfig.Ulimits ?? []) as { Soft: number }[]).map(({ Soft }) => Soft),
            [[1000], [2000], []],
        ],
        sysctls: [
            (args) => void (args.sysctls = { "net.core.somaxconn": "1000" }),
            (args) => void (args.sysctls = { "net.core.somaxconn": "2000" }),
            ({ HostConfig }) => HostConfig.Sysctls ?? {},
            [{ "net.core.somaxconn": "1000" }, { "net.core.somaxconn": "2000" }, {}],
        ],
        cpuShares: [
            (args) => void (args.cpuShares = 512),
            (args) => void (args.cpuShares = 256),
            ({ HostConfig }) => HostConfig.CpuShares,
            [512, 256, 0],
        ],
        cpuSet: [
            (args) => void (args.cpuSet = "0"),
            (args) => void (args.cpuSet = "1"),
            ({ HostConfig }) => HostConfig.CpusetCpus,
            ["0", "1", ""],
        ],
        memoryReservation: [
            (args) => void (args.memoryReservation = 32),
            (args) => void (args.memoryReservation = 48),
            ({ HostConfig }) => (HostConfig.MemoryReservation ?? 0) / 1024 ** 2,
            [32, 48, 0],
        ],
        groupAdds: [
            (args) => void (args.groupAdds = ["2001"]),
            (args) => void (args.groupAdds = ["2002"]),
            ({ HostConfig }) => HostConfig.GroupAdd ?? [],
            [["2001"], ["2002"], []],
        ],
        workingDir: [
            (args) => void (args.workingDir = "/usr"),
            (args) => void (args.workingDir = "/etc"),
            ({ Config }) => Config.WorkingDir,
            ["/usr", "/etc", ""],
        ],
        init: [
            (args) => void (args.init = true),
            (args) => void (args.init = false),
            ({ HostConfig }) => HostConfig.Init === true,
            [true, false, false],
        ],
        stopSignal: [
            (args) => void (args.stopSignal = "SIGINT"),
            (args) => void (args.stopSignal = "SIGQUIT"),
            ({ Config }) => (Config as { StopSignal?: string }).StopSignal ?? "SIGTERM",
            ["SIGINT", "SIGQUIT", "SIGTERM"],
        ],
        restart: [
            (args) => void (args.restart = "always"),
            (args) => void (args.restart = "no"),
            ({ HostConfig }) => HostConfig.RestartPolicy?.Name,
            ["always", "no", "unless-stopped"],
        ],
        readOnly: [
            (args) => void (args.readOnly = false),
            (args) => void (args.readOnly = true),
            ({ HostConfig }) => HostConfig.ReadonlyRootfs,
            [false, true, true],
        ],
        // With their prefix: the provider takes two without it for changed at each refresh.
        capabilities: [
            (args) => void (args.capabilities = { drops: ["ALL"], adds: ["CAP_CHOWN"] }),
            (args) => void (args.capabilities = { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_KILL"] }),
            ({ HostConfig }) => [HostConfig.CapDrop, HostConfig.CapAdd],
            [
                [["ALL"], ["CAP_CHOWN"]],
                [["ALL"], ["CAP_CHOWN", "CAP_KILL"]],
                [["ALL"], null],
            ],
        ],
        securityOpts: [
            (args) => void (args.securityOpts = ["no-new-privileges:true", "seccomp=unconfined"]),
            (args) => void (args.securityOpts = ["seccomp=unconfined"]),
            ({ HostConfig }) => [...(HostConfig.SecurityOpt ?? [])].sort(),
            [["no-new-privileges:true", "seccomp=unconfined"], ["seccomp=unconfined"], ["no-new-privileges:true"]],
        ],
        logOpts: [
            (args) => void (args.logOpts = { "max-size": "1m", "max-file": "2" }),
            (args) => void (args.logOpts = { "max-size": "2m", "max-file": "2" }),
            ({ HostConfig }) => (HostConfig.LogConfig?.Config as Record<string, string>)["max-size"],
            ["1m", "2m", "10m"],
        ],
        logDriver: [
            (args) => void Object.assign(args, { logDriver: "local", logOpts: {} }),
            (args) => void Object.assign(args, { logDriver: "none", logOpts: {} }),
            ({ HostConfig }) => HostConfig.LogConfig?.Type,
            ["local", "none", "json-file"],
        ],
        labels: [
            (args) => void (args.labels = [{ label: "word", value: "one" }]),
            (args) => void (args.labels = [{ label: "word", value: "two" }]),
            ({ Config }) => Config.Labels["word"],
            ["one", "two", undefined],
        ],
        "the health check's interval": [
            (args) => void (args.healthcheck = { tests: ["CMD", "true"], interval: "11s" }),
            (args) => void (args.healthcheck = { tests: ["CMD", "true"], interval: "12s" }),
            ({ Config }) => (Config.Healthcheck?.Interval ?? 0) / 1e9,
            [11, 12, 10],
        ],
    };
    return Object.fromEntries(
        Object.entries(arguments_).map(([name, [first, second, see, seen]]) => [
            `${name} of a transform`,
            { declared: [{ transform: first }, { transform: second }], see, seen },
        ]),
    );
}
