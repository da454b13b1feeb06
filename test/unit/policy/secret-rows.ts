import type { PolicyRow } from "./rows";

const upload = { file: "/run/secrets/token", content: "hunter2-hunter2" };
const command = (...words: string[]) => ({ props: { command: words } });

/** Secrets by the name or the form in which they are written out. */
export const secretRow: PolicyRow = {
    policy: "secrets-in-settings",
    passes: {
        "references to files": {
            props: {
                envs: [
                    "AUTHENTIK_SECRET_KEY=file:///run/secrets/secret_key",
                    "POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password",
                    "PGPASSFILE=/run/secrets/pgpass",
                ],
                uploads: [upload],
            },
        },
        "switches, numbers and nothing": {
            props: { envs: ["AUTHENTIK_TOKEN__CHECK=true", "TOKEN_LENGTH=50", "PASSWORD_RESETS=3", "EMAIL_PASSWORD="] },
        },
        "names that only sound alike": {
            props: {
                envs: ["KEYBOARD=qwerty", "TOKENIZER_PATH=x", "JWT_PUBLIC_KEY=abc", "AUTHOR=me", "DB_URL=http://db"],
            },
        },
        "commands without one": command("psql", "--no-password", "--username=postgres", "--command=SELECT 1"),
        "a command that reads it from a variable": command("sh", "-c", 'redis-cli --pass "$REDIS_PASSWORD" ping'),
        "an ordinary label": { props: { labels: [{ label: "authentik-stack.stack", value: "authentik-stack/prod" }] } },
    },
    fails: {
        "a password in a variable": [{ props: { envs: ["POSTGRES_PASSWORD=hunter2"] } }, "POSTGRES_PASSWORD"],
        "a key in a variable": [{ props: { envs: ["AUTHENTIK_SECRET_KEY=abc/def"] } }, "AUTHENTIK_SECRET_KEY"],
        "a URL with a password": [{ props: { envs: ["CACHE=redis://:hunter2@redis:6379/1"] } }, "password in a URL"],
        "an option": [command("serve", "--token=hunter2"), "command shows a value for --token"],
        "an option with its value beside it": [command("serve", "--token", "hunter2"), "a value for --token"],
        "Redis's own option": [command("redis-server", "--requirepass", "hunter2"), "a value for"],
        "a shell that sets a variable": [command("sh", "-c", "DB_PASSWORD='hunter2' serve"), "DB_PASSWORD"],
        "an entrypoint": [{ props: { entrypoints: ["env", "API_TOKEN=hunter2", "serve"] } }, "entrypoint"],
        "a health check": [
            { props: { healthcheck: { tests: ["CMD", "curl", "http://me:hunter2@localhost/"] } } },
            "health check shows a password in a URL",
        ],
        "a label": [
            { props: { labels: [{ label: "com.example.token", value: "hunter2" }] } },
            "label com.example.token",
        ],
        "the content of a secret file under another name": [
            { props: { envs: ["COLOUR=hunter2-hunter2"], uploads: [upload] } },
            "the content of one of its secret files",
        ],
        "the same in base64, within more": [
            {
                props: {
                    envs: [`COLOUR=${Buffer.from("user:hunter2-hunter2!").toString("base64")}`],
                    uploads: [upload],
                },
            },
            "the content of one of its secret files",
        ],
    },
};
