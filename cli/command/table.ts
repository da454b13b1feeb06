/** An option of a command, in the form of node:util's parseArgs, with what help says of it. */
export interface Option {
    type: "boolean" | "string";
    short?: string;
    /** May be given several times. Default: once. */
    multiple?: boolean;
    /** What its value is called in help, and an example of it where it is missing. */
    value?: string;
    about: string;
}

/** A command of the command line. */
export interface Command {
    /** Its file in cli/, without the ending. Default: its name. */
    file?: string;
    /** What it does, in one line. */
    summary: string;
    /** What it takes without an option, as help shows it: `[...]` may be left out, `...` may be more than one. Default: nothing. */
    takes?: string;
    /** What follows the command in the example. */
    example: string;
    options: Record<string, Option>;
    /** What help says beside that. Default: nothing. */
    more?: string;
    /** Exit codes beside those that every command has. Default: none. */
    exits?: Record<number, string>;
    /** Everything but `--stack` is for another program. Default: false. */
    passes?: boolean;
    /** Its npm script. Default: `npm run <name>`. */
    npm?: string;
}

const theStarted = "the stack; default: the one that was started";
const stack = { type: "string", short: "s", value: "name", about: theStarted } as const;
const yes = { type: "boolean", short: "y", about: "does not ask for confirmation" } as const;
const json = { type: "boolean", about: "prints JSON" } as const;

/**
 * The commands: their help, the completion of shells, docs/commands.md and what is said of a wrong option are made from it.
 *
 * There are no other commands or options.
 */
export const commands = {
    init: {
        summary: "asks for what a new stack needs, shows its file, and writes it; it overwrites nothing",
        takes: "[stack]",
        example: "prod --way gateway --url https://auth.example.com --email admin@example.com --app paperless --yes",
        options: {
            way: {
                type: "string",
                value: "way",
                about: "how browsers reach it: gateway, proxy or local; default: gateway",
            },
            url: { type: "string", value: "url", about: "where browsers find authentik" },
            email: { type: "string", value: "address", about: "of the administrator, and for certificates" },
            app: {
                type: "string",
                multiple: true,
                value: "preset[=url]",
                about: "an application that has a preset, with its URL; may be given several times",
            },
            backups: { type: "string", value: "schedule", about: "hourly, daily, weekly or none; default: daily" },
            prefix: {
                type: "string",
                value: "text",
                about: "prefix of every name; default: the stack's name with `--way local`, otherwise none",
            },
            yes: {
                type: "boolean",
                short: "y",
                about: "asks nothing, so it needs --email; uses the suggestion for what no other option sets",
            },
        },
        more: "It does not ask for what an option sets.",
    },
    up: {
        file: "start",
        npm: "npm start",
        summary: "brings a stack up, with everything it needs, and says how to sign in",
        takes: "[stack]",
        example: "dev",
        options: {
            stack: {
                ...stack,
                about: "the stack; default: dev, or a rehearsal of it if no registry can be reached",
            },
        },
    },
    down: {
        file: "stop",
        npm: "npm stop",
        summary: "takes a stack down; its data and the passwords that belong to it are kept",
        takes: "[stack]",
        example: "dev",
        options: { stack },
    },
    status: {
        summary: "shows the state of a stack on one screen, and how to fix what needs attention",
        takes: "[stack]",
        example: "--watch",
        options: {
            json,
            watch: { type: "boolean", about: "refreshes every ten seconds until interrupted" },
            page: {
                type: "boolean",
                about: "serves it as a page with the topology, on 127.0.0.1, until interrupted",
            },
            port: { type: "string", value: "number", about: "where that page is served; default: 9799" },
            once: { type: "string", value: "file", about: "writes that page into a file instead" },
            stack,
        },
        exits: { 2: "something needs attention" },
    },
    doctor: {
        summary: "checks each prerequisite, and lists what needs attention in the stacks that were started",
        example: "--fix",
        options: {
            fix: { type: "boolean", about: "repairs what is safe to repair" },
            stack: { ...stack, about: "the stack; default: every one that was started" },
        },
        more:
            "It removes the lock of a killed run, and the containers and networks that it did not record, removes jobs that have ended, and starts containers that ran and stopped. " +
            "What has to be created, changed or replaced needs an update: `npm start`.",
        exits: { 2: "a stack that was started needs attention, or its Docker engine does not answer" },
    },
    preview: {
        summary: "shows what a stack's program would create from nothing; it needs no Docker engine and no secret",
        takes: "[stack]",
        example: "prod",
        options: {
            stack: { ...stack, about: "the stack; default: prod, or its example" },
            describe: {
                type: "string",
                value: "file",
                about: "also writes every resource with its inputs into a file",
            },
            "policy-pack-config": {
                type: "string",
                value: "file",
                about: "settings of the policies, such as `setOnNodes` for a Swarm; default: none, for an example `policy/example.json`",
            },
        },
    },
    graph: {
        summary: "draws what runs, on which networks, and who talks to whom; as Mermaid, or as SVG or JSON",
        takes: "[stack]",
        example: "prod --svg > prod.svg",
        options: {
            svg: { type: "boolean", about: "prints an SVG" },
            json,
            running: {
                type: "boolean",
                about: "draws what the last update left, instead of what the configuration declares",
            },
            before: { type: "string", value: "file", about: "marks what is different from an earlier --json" },
            stack: { ...stack, about: "the stack; default: dev; without a configuration of it, its example" },
        },
        more: "It runs the program against nothing: no Pulumi, no Docker engine and no secret is needed, except with --running.",
    },
    rotate: {
        summary: "generates new secrets for a stack, and brings it up with them",
        takes: "[secret...]",
        example: "redis",
        options: {
            list: { type: "boolean", about: "lists the secrets instead, as it does when none is named" },
            stack,
            yes,
        },
    },
    backup: {
        summary: "makes a backup of a running stack now",
        example: "",
        options: {
            verify: {
                type: "boolean",
                about: "instead, restores the newest backup into a temporary database, and compares every table",
            },
            stack,
        },
    },
    backups: {
        summary: "lists the backups of a stack, oldest first",
        example: "--json",
        options: { json, stack },
    },
    restore: {
        summary: "replaces a stack's databases and files with those of a backup",
        takes: "<id>",
        example: "2026-11-28T03-30-00Z",
        options: {
            into: { type: "string", value: "stack", about: "restores it into another stack" },
            "other-key": { type: "boolean", about: "allows a backup that was made with another secret key" },
            stack,
            yes,
        },
    },
    upgrade: {
        summary: "takes a stack to another release of authentik, or back, or its PostgreSQL to another major version",
        takes: "[version]",
        example: "2026.2.2",
        options: {
            back: {
                type: "boolean",
                about: "goes back to what the last step saved, or to the last save of the given version",
            },
            postgres: {
                type: "boolean",
                about: "upgrades PostgreSQL to the image that is named in place of a version; with --back, returns to the former one",
            },
            stack,
            yes,
        },
        more: "Without a version: the newest that this program was tested with.",
    },
    adopt: {
        summary: "takes over an authentik that was installed with its official compose file, or from a database dump",
        takes: "<folder-or-project>",
        example: "/srv/authentik --stack prod --url https://auth.example.com",
        options: {
            stack: { ...stack, about: "the new stack; default: the project's name" },
            url: { type: "string", value: "url", about: "its URL, if the old settings do not contain it" },
            dump: { type: "string", value: "file", about: "takes the database from a dump" },
            yes,
        },
    },
    output: {
        summary: "prints an output of a stack in plain text; without a path all, with [secret] for each secret",
        takes: "[path]",
        example: "admin.password",
        options: { json: { ...json, about: "prints text as JSON, too" }, stack },
    },
    open: {
        summary: "prints a link that signs you in to authentik; it works once, for some minutes",
        takes: "[user]",
        example: "",
        options: { stack },
        more: "Without a user: akadmin.",
    },
    recover: {
        summary: "gives a locked-out administrator access again, with all rights, and prints a link as open does",
        takes: "[user]",
        example: "--stack prod",
        options: { stack, yes },
        more:
            "It helps against a lost password or second factor, a user that is not active or lost its rights, and a deleted akadmin. " +
            "Without a user: akadmin.",
    },
    mail: {
        summary: "sends authentik's own test mail from a running stack, and says what the mail server answered",
        takes: "<recipient> [stack]",
        example: "someone@example.com",
        options: { stack },
    },
    outdated: {
        summary: "names newer releases of authentik and of the other images, and which of them close security holes",
        example: "--json",
        options: { json, stack: { ...stack, about: "the stack; default: dev" } },
        exits: { 2: "something newer exists", 3: "a newer release closes a security hole" },
    },
    pulumi: {
        summary: "runs the Pulumi CLI as the other commands do, with its backend, passphrase and plugins",
        takes: "<command...>",
        example: "stack history",
        options: { stack },
        passes: true,
    },
} as const satisfies Record<string, Command>;

/** Name of a command. */
export type CommandName = keyof typeof commands;

/** The same table, where each command may have everything that one can have. */
export const allCommands: Record<string, Command> = commands;

/** Exit codes of every command. */
export const commonExits: Record<number, string> = {
    0: "success",
    1: "it failed, and the message says why",
    130: "it was interrupted; run it again to continue",
};
