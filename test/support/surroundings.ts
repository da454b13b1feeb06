import type { Context } from "../../components/context";
import { Credentials, type CredentialsArgs } from "../../components/credentials";
import { Networks } from "../../components/networks";
import { DockerConnection } from "../../engine/connection";
import { DockerHost } from "../../engine/docker-host";

/** What may differ from one test to the next. */
interface Changes {
    prefix?: string;
    protectData?: boolean;
    credentials?: CredentialsArgs;
    /** Address of the engine. Default: there is none. */
    host?: string;
}

/** What the components of a stack share; must be called while mocks are set. */
export function context({ prefix = "", protectData = true, credentials, host }: Changes = {}): Context {
    const runtime = new DockerHost({ prefix, connection: new DockerConnection({ host }) });
    return { prefix, protectData, credentials: new Credentials(credentials), runtime };
}

/** The three networks of a stack. */
export function threeNetworks(shared: Context): Networks {
    const networks = { frontend: { name: "frontend_net" }, backend: { name: "backend_net" }, db: { name: "db_net" } };
    return new Networks("nets", { networks, context: shared });
}
