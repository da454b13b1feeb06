import { ToolError } from "../progress";
import { program } from "./help";
import { allCommands, type Command } from "./table";

/** The shells that can be told. */
export const shells = { bash, zsh, fish };

/**
 * The completion of the commands and their options for a shell.
 *
 * @throws ToolError when it is none of bash, zsh and fish.
 */
export function completion(shell: string): string {
    if (!Object.hasOwn(shells, shell)) throw new ToolError(`Name a shell: ${Object.keys(shells).join(", ")}.`);
    return shells[shell as keyof typeof shells]();
}

function bash(): string {
    const cases = each((name, words) => `        ${name}) words="${words.join(" ")}" ;;`);
    return [
        `# ${program} completion bash > /etc/bash_completion.d/${program}`,
        `_${program.replace("-", "_")}() {`,
        `    local words="${Object.keys(allCommands).join(" ")}"`,
        `    [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in`,
        ...cases,
        `        *) words="" ;;`,
        `    esac`,
        `    COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
        `}`,
        `complete -o default -F _${program.replace("-", "_")} ${program}`,
    ].join("\n");
}

function zsh(): string {
    const list = Object.entries(allCommands).map(([name, { summary }]) => `        '${name}:${quoted(summary)}'`);
    const cases = each(
        (name, _, { options }) =>
            `        ${name}) _arguments ${[
                ...Object.entries(options).map(
                    ([key, { about, value }]) =>
                        `'--${key}[${quoted(about).replaceAll(/[[\]]/g, "")}]${value === undefined ? "" : `:${value}:_files`}'`,
                ),
                "'*:name:_files'",
            ].join(" ")} ;;`,
    );
    return [
        `#compdef ${program}`,
        `# ${program} completion zsh > "\${fpath[1]}/_${program}"`,
        `_${program.replace("-", "_")}() {`,
        `    local -a list=(`,
        ...list,
        `    )`,
        `    if (( CURRENT == 2 )); then _describe command list; return; fi`,
        `    shift words; (( CURRENT-- ))`,
        `    case $words[1] in`,
        ...cases,
        `    esac`,
        `}`,
        // Saved and loaded on the first Tab, all of this is that function's body; elsewhere it is only read.
        `if [[ "$funcstack[1]" == "_${program}" ]]; then _${program.replace("-", "_")} "$@"`,
        `else compdef _${program.replace("-", "_")} ${program}; fi`,
    ].join("\n");
}

function fish(): string {
    const start = `complete -c ${program}`;
    return [
        `# ${program} completion fish > ~/.config/fish/completions/${program}.fish`,
        ...Object.entries(allCommands).flatMap(([name, { summary, options }]) => [
            `${start} -f -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
            ...Object.entries(options).map(
                ([key, { short, value, about }]) =>
                    `${start} -n '__fish_seen_subcommand_from ${name}' -l ${key}` +
                    `${short === undefined ? "" : ` -s ${short}`}${value === undefined ? "" : " -r"} -d '${quoted(about)}'`,
            ),
        ]),
    ].join("\n");
}

function each(line: (name: string, words: string[], command: Command) => string): string[] {
    return Object.entries(allCommands).map(([name, command]) =>
        line(
            name,
            [...Object.keys(command.options), "help"].map((option) => `--${option}`),
            command,
        ),
    );
}

function quoted(text: string): string {
    return text.replaceAll("'", "").replaceAll(":", "");
}
