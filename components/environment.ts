import type { Credentials } from "./credentials";

/** What every component of one stack shares. */
export interface Environment {
    /** Put before every name of a Docker object, e.g. `staging-`. */
    prefix: string;
    credentials: Credentials;
    /** Data volumes are protected, and stay when the stack is destroyed. */
    protectData: boolean;
    /** The provider's `docker:host`. Default: DOCKER_HOST, or the local engine. */
    dockerHost?: string;
}
