import { onSwarm } from "./support/on-swarm";
import { data } from "./swarm/data";
import { updates } from "./swarm/updates";

// Short, so that each change is tested on a Swarm. What several nodes are for takes longer: `npm run swarm`.
describe("the development configuration on a Swarm of one node", () => {
    onSwarm([(at) => updates(at, true), (at) => data(at, true)], ["manager"]);
});
