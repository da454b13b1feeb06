import { onSwarm } from "./support/on-swarm";
import { data } from "./swarm/data";
import { edges } from "./swarm/edges";
import { moving } from "./swarm/moving";
import { nodes } from "./swarm/nodes";
import { sizes } from "./swarm/sizes";
import { updates } from "./swarm/updates";

describe("the development configuration on a Swarm of three nodes", () => {
    onSwarm([updates, nodes, sizes, data, moving, edges]);
});
