import { stringify } from "yaml";
import { listenVariables, type OutpostType, outpostTokenFile, roles, type RolePort } from "../roles";

/** An outpost that runs on another host. */
export interface OutpostElsewhere {
    name: string;
    type: OutpostType;
    /** authentik's release, e.g. `2025.8.4`. */
    version: string;
    image: string;
    /** URL at which it, and browsers, reach authentik. */
    url: string;
    ports: { port: number; ip: string }[];
    /** Environment variables of its own. */
    variables: Record<string, string>;
    memory: string;
    cpus?: number;
}

/** How to run an outpost elsewhere, as texts to copy. */
export interface OutpostSnippets {
    /** A `docker run` command. */
    "docker-run": string;
    /** A compose file. */
    compose: string;
}

/**
 * The commands for an outpost that runs on another host, hardened as it would be here. They name the file with its token, which
 * has to be readable by the user 1000 of its image.
 */
export function outpostSnippets(outpost: OutpostElsewhere, stack: string): OutpostSnippets {
    return { "docker-run": dockerRun(outpost, stack), compose: compose(outpost, stack) };
}

function dockerRun(outpost: OutpostElsewhere, stack: string): string {
    const { name, image, memory, cpus } = outpost;
    const options = [
        `--name ${name}`,
        "--detach --restart unless-stopped",
        "--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges:true",
        `--memory ${memory} --pids-limit ${roles[outpost.type].pids}`,
        ...(cpus === undefined ? [] : [`--cpus ${cpus}`]),
        ...published(outpost).map((port) => `--publish ${port}`),
        ...Object.entries(variables(outpost)).map(([key, value]) => `--env ${quoted(`${key}=${value}`)}`),
        `--volume "$PWD/${name}.token:${outpostTokenFile}:ro"`,
        image,
    ];
    return [...head(outpost, stack), `docker run ${options.join(" \\\n    ")}`, ""].join("\n");
}

function compose(outpost: OutpostElsewhere, stack: string): string {
    const { name, image, memory, cpus } = outpost;
    const service = {
        image,
        restart: "unless-stopped",
        read_only: true,
        tmpfs: ["/tmp"],
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        mem_limit: memory,
        pids_limit: roles[outpost.type].pids,
        ...(cpus === undefined ? {} : { cpus }),
        ...(outpost.ports.length === 0 ? {} : { ports: published(outpost) }),
        // Compose takes a dollar for a variable of its own.
        environment: Object.fromEntries(
            Object.entries(variables(outpost)).map(([key, value]) => [key, value.replaceAll("$", "$$$$")]),
        ),
        secrets: [{ source: name, target: outpostTokenFile }],
    };
    const file = { services: { [name]: service }, secrets: { [name]: { file: `./${name}.token` } } };
    return [...head(outpost, stack), stringify(file, { lineWidth: 0 })].join("\n");
}

function head({ name, type, url }: OutpostElsewhere, stack: string): string[] {
    const token = `npm run --silent output -- outposts.${name}.token --stack ${stack}`;
    return [
        `# The outpost ${name} (${type}) of ${url}, on another host. Its token goes into a file beside this one:`,
        `#     ${token} | ssh <host> sudo install -m 0400 -o 1000 /dev/stdin <folder>/${name}.token`,
    ];
}

function variables({ type, version, url, variables: own }: OutpostElsewhere): Record<string, string> {
    return {
        AUTHENTIK_HOST: url,
        AUTHENTIK_TOKEN: `file://${outpostTokenFile}`,
        ...listenVariables(type, version),
        ...own,
    };
}

function published({ type, ports }: OutpostElsewhere): string[] {
    const { number, protocol }: RolePort = roles[type].port;
    return ports.map(({ ip, port }) => `${ip.includes(":") ? `[${ip}]` : ip}:${port}:${number}/${protocol ?? "tcp"}`);
}

/** A word of a shell. */
function quoted(text: string): string {
    return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
