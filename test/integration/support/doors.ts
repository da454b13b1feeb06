import { Browser } from "../../contract/support/browser";
import { ask } from "../../contract/support/http";
import { container, running, tryDocker } from "./host";
import { secretValues } from "./leaks";
import type { StackUnderTest } from "./stack-under-test";

/** Tries a value of a secret where that is asked for: true when it is let in, false when it is refused. */
export type Door = (value: string) => Promise<boolean>;

/** Where each secret of a stack is asked for, by its name in `rotation`; the server listens on a port of this machine. */
export function doorsOf(prefix: string, server: number): Record<string, Door> {
    const host = `authentik.localhost:${server}`;
    const api = async (path: string, token: string) => {
        const headers = { host, authorization: `Bearer ${token}` };
        return verdict((await ask(server, { path: `/api/v3/${path}`, headers })).status, [200], [403]);
    };
    return {
        "secret-key": async (value) => {
            const { id } = await container(`${prefix}authentik-server`);
            return (await tryDocker("exec", id, "cat", "/run/secrets/secret_key")).output.trim() === value;
        },
        "admin-password": async (value) => {
            const browser = new Browser(server, host);
            await browser.signIn("akadmin", value);
            return verdict((await browser.ask("/api/v3/core/users/me/")).status, [200], [403]);
        },
        "api-token": (value) => api("core/users/me/", value),
        postgres: psql(prefix, "postgres"),
        "database/authentik": psql(prefix, "authentik"),
        backup: psql(prefix, "ak_backup", "authentik"),
        "database/n8n": psql(prefix, "n8n"),
        redis: redis(prefix, "default"),
        "redis/n8n": redis(prefix, "n8n"),
        "outpost/ak-outpost-cwad": (value) => api("outposts/instances/", value),
        "application/mealie": async (value) => {
            const client = { client_id: "mealie", client_secret: value };
            const login = { redirect_uri: "http://mealie.localhost:9925/login", code: "none" };
            const body = new URLSearchParams({ grant_type: "authorization_code", ...login, ...client }).toString();
            const headers = { host, "content-type": "application/x-www-form-urlencoded" };
            const answer = await ask(server, { method: "POST", path: "/application/o/token/", headers, body });
            const { error } = JSON.parse(answer.body) as { error: string };
            // Whom it knows, it tells that there is no such code.
            return verdict(error, ["invalid_grant"], ["invalid_client"]);
        },
    };
}

/** The current value of each secret that has a door. */
export async function secretsOf({ opened }: StackUnderTest, names: string[]): Promise<Record<string, string>> {
    const values = [...(await secretValues(opened.stack))];
    return Object.fromEntries(
        names.map((name) => {
            const found = values.filter(([resource]) => resource.endsWith(`-${name.replaceAll("/", "-")}`));
            const [[, value] = ["", ""]] = found;
            if (found.length !== 1) throw new Error(`${found.length} generated secrets are called ${name}`);
            return [name, value];
        }),
    );
}

/** A login over TCP from an address that is not trusted. */
function psql(prefix: string, role: string, database = role): Door {
    const command = ["psql", "--no-psqlrc", "--no-password", "-At", `--host=${prefix}postgres`, `--username=${role}`];
    return async (value) => {
        const sql = [`--dbname=${database}`, "--command=SELECT 'in'"];
        const { code, output } = await inside(`${prefix}authentik-postgres`, `PGPASSWORD=${value}`, ...command, ...sql);
        return verdict(code === 0 ? output.trim() : output, ["in"], ["password authentication failed"]);
    };
}

function redis(prefix: string, user: string): Door {
    const command = ["redis-cli", "--no-auth-warning", "-h", `${prefix}redis`, "--user", user, "PING"];
    return async (value) => {
        const { output } = await inside(`${prefix}authentik-redis`, `REDISCLI_AUTH=${value}`, ...command);
        return verdict(output, ["PONG"], ["WRONGPASS"]);
    };
}

/** Runs a command, with an environment variable, in the container of a name that runs. */
async function inside(name: string, variable: string, ...command: string[]) {
    const [{ id } = { id: "" }] = await running(name);
    return await tryDocker("exec", "--env", variable, id, ...command);
}

/** Neither let in nor refused is an error: a door that is out of order proves nothing. */
function verdict<T extends string | number>(answer: T, opened: T[], refused: T[]): boolean {
    const is = (one: T) => (typeof answer === "string" ? answer.includes(String(one)) : answer === one);
    if (opened.some(is)) return true;
    if (refused.some(is)) return false;
    throw new Error(`neither let in nor refused: ${answer}`);
}
