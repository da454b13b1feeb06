import { ofContainer } from "../container";
import type { Rule } from "../production";

/** Without a limit one container can take the host's memory from all others. */
export const memoryLimits: Rule = {
    name: "memory-limits",
    description: "A container has a memory limit.",
    validateResource: ofContainer(({ inputs: { memory } }, report) => {
        if (memory === undefined || memory === 0)
            report("It has no memory limit. Set `memory` of its section in the configuration, such as 512m.");
    }),
};
