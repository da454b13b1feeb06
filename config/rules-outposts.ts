import { duplicates, type Problem, type Report } from "./problems";
import type { Config } from "./schema";

/** Checks of outposts against networks and applications. */
export function checkOutposts(config: Config, problem: Report): Problem[] {
    const networks = Object.keys(config.networks);
    return config.outposts.flatMap((outpost, index) => [
        ...outpost.networks.flatMap((network, at) => {
            if (network === "db")
                return [
                    problem(
                        ["outposts", index, "networks", at],
                        "is the databases' network, which outposts have no business on; use frontend or backend",
                    ),
                ];
            return networks.includes(network)
                ? []
                : [
                      problem(
                          ["outposts", index, "networks", at],
                          `is a network nobody makes; use one of ${networks.join(", ")}`,
                      ),
                  ];
        }),
        ...(config.applications.some(({ provider }) => provider.outpost === outpost.name)
            ? []
            : [
                  problem(
                      ["outposts", index, "name"],
                      "protects no application; name it as provider.outpost of one, or remove it",
                  ),
              ]),
    ]);
}

/** Checks of applications against outposts and each other. */
export function checkApplications(config: Config, problem: Report): Problem[] {
    const outposts = config.outposts.map(({ name }) => name);
    const hosts = duplicates(config.applications.map(({ provider }) => new URL(provider.externalHost).host));
    return [
        ...config.applications.flatMap(({ provider }, index) =>
            outposts.includes(provider.outpost)
                ? []
                : [
                      problem(
                          ["applications", index, "provider", "outpost"],
                          outposts.length > 0
                              ? `is no outpost; use one of ${outposts.join(", ")}`
                              : "is no outpost; add it to outposts",
                      ),
                  ],
        ),
        ...config.applications.flatMap((_, index) =>
            hosts.includes(index)
                ? [
                      problem(
                          ["applications", index, "provider", "externalHost"],
                          `has the host of another application; an outpost tells them apart by host`,
                      ),
                  ]
                : [],
        ),
        ...config.applications.flatMap(({ provider }, index) =>
            new URL(provider.externalHost).host === new URL(config.url).host
                ? [
                      problem(
                          ["applications", index, "provider", "externalHost"],
                          "has authentik's own host; give the application one of its own",
                      ),
                  ]
                : [],
        ),
    ];
}
