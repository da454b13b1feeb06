import * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";

/** What any program with these two providers costs at least: one resource of each. */
new docker.Volume("volume", { name: "bench-floor-volume" });
new random.RandomPassword("password", { length: 20 });
