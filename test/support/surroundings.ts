import { Credentials, type CredentialsArgs } from "../../components/credentials";
import type { Environment } from "../../components/environment";
import { Networks } from "../../components/networks";

/** What components of a stack share; must be called while mocks are set. */
export function environment(changes: Partial<Environment> & { credentialsArgs?: CredentialsArgs } = {}): Environment {
    const { credentialsArgs, ...rest } = changes;
    return { prefix: "", credentials: new Credentials(credentialsArgs), protectData: true, ...rest };
}

/** The three networks of a stack. */
export function threeNetworks(shared: Environment): Networks {
    const networks = { frontend: { name: "frontend_net" }, backend: { name: "backend_net" }, db: { name: "db_net" } };
    return new Networks("nets", { networks, environment: shared });
}
