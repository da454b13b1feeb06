import { type BadRow, hidden } from "../../../support/bad-configuration";

/** Secrets of one's own, and their rotation. */
export const secretRows: BadRow[] = [
    {
        wrong: "a secret in plain text",
        changes: { secrets: { "secret-key": "hunter2-hunter2" } },
        problems: [
            [
                "secrets.secret-key",
                hidden,
                "is in plain text; choose a new value and set it with `pulumi config set --secret",
            ],
        ],
    },
    {
        wrong: "a secret in plain text that is too short as well",
        changes: { secrets: { "api-token": "hunter2" } },
        problems: [
            ["secrets.api-token", hidden, "must be at least 8"],
            ["secrets.api-token", hidden, "is in plain text"],
        ],
    },
    {
        wrong: "a secret in plain text of an unknown name",
        changes: { secrets: { "redis-password": "hunter2-hunter2" } },
        problems: [
            ["secrets.redis-password", hidden, "is not a secret of this stack; use one of secret-key, admin-password"],
            ["secrets.redis-password", hidden, "is in plain text"],
        ],
    },
    {
        wrong: "one secret in plain text instead of an object of them",
        changes: { secrets: "hunter2-hunter2" },
        problems: [["secrets", hidden, "must be an object"]],
    },
    {
        wrong: "a secret that is too short",
        changes: { secrets: { "admin-password": "hunter2" } },
        secretKeys: ["secrets"],
        problems: [["secrets.admin-password", hidden, "must be at least 8"]],
    },
    {
        wrong: "a secret of an unknown name",
        changes: { secrets: { "outpost/nine": "hunter2-hunter2" } },
        secretKeys: ["secrets"],
        problems: [
            ["secrets.outpost/nine", hidden, "is not a secret of this stack; use one of secret-key, admin-password"],
        ],
    },
    {
        wrong: "secrets that are no object",
        changes: { secrets: "{hunter2-hunter2" },
        secretKeys: ["secrets"],
        problems: [["secrets", hidden, "must be an object"]],
    },
    {
        wrong: "a rotation of an unknown name",
        changes: { rotation: { "outpost/nine": 1 } },
        problems: [
            ["rotation.outpost/nine", 1, "is not a secret of this stack; use one of secret-key, admin-password"],
        ],
    },
    {
        wrong: "a rotation that is no number",
        changes: { rotation: { redis: "again" } },
        problems: [["rotation.redis", "again", "must be a whole number, such as 1"]],
    },
    {
        wrong: "a rotation backwards",
        changes: { rotation: { redis: -1 } },
        problems: [["rotation.redis", -1, "must be a whole number, such as 1"]],
    },
    {
        wrong: "a secret setting of a bad name",
        changes: { settings: { email: { "pass word": "hunter2-hunter2" } } },
        secretKeys: ["settings"],
        problems: [['settings.email["pass word"]', hidden, "authentik setting, such as log_level"]],
    },
];
