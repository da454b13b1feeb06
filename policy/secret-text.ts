/**
 * What a text shows of secrets that were written out, in this pack's words: nothing of the value itself.
 *
 * Pulumi hands policies every value in clear, whether it is marked secret or not, so names and forms have to tell.
 */
export function writtenOut(text: string): string[] {
    return [...assignments(text), ...options(text), ...credentialsInUrls(text)];
}

/** Whether the value of a setting with this name is a secret that was written out. */
export function isWrittenOut(name: string, value: string): boolean {
    return isSecretName(name) && !isHarmless(value);
}

/** Names that say what they hold; `_FILE` and `_PATH` say that the value only leads there. */
function isSecretName(name: string): boolean {
    const words = name.replace(/([a-z])(?=[A-Z])/g, "$1_").toUpperCase();
    if (/(FILE|PATH|FOLDER|DIR|NAME|URI|URL|POLICY|LENGTH|EXPIRY|ALGORITHM|PUBLIC_KEY)$/.test(words)) return false;
    return /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|REQUIREPASS|MASTERAUTH|(^|[^A-Z])(PASS|PWD|AUTH|KEY|APIKEY|PRIVATE_KEY)$/.test(
        words,
    );
}

/** Empty, a switch, a number, or a reference to where the secret is. */
function isHarmless(value: string): boolean {
    return /^(|true|false|yes|no|null|none|\d{1,6}|(file|env):\/\/\S+|\/\S+|\$\{?\w+\}?|\*+)$/i.test(value.trim());
}

/** `NAME=value` at the start of a word, as shells and `env` take it. */
function assignments(text: string): string[] {
    return [...text.matchAll(/(?:^|[\s;&|("'])([A-Za-z_][\w.]*)=("[^"]*"|'[^']*'|[^\s;&|)]*)/g)].flatMap(
        ([, name = "", value = ""]) => (isWrittenOut(name, unquoted(value)) ? [`a value for ${name}`] : []),
    );
}

/** `--name=value` and `--name value`, and what SQL writes before a password. */
function options(text: string): string[] {
    const long = [...text.matchAll(/(?:^|\s)--?([a-z][\w-]*)[=\s]("[^"]*"|'[^']*'|[^\s-]\S*)/gi)];
    const bare = [...text.matchAll(/(?:^|\s)(IDENTIFIED BY|PASSWORD)\s+("[^"]*"|'[^']*'|\S+)/g)];
    return [
        ...long.flatMap(([, name = "", value = ""]) =>
            !/^no-/i.test(name) && isWrittenOut(name.replaceAll("-", "_"), unquoted(value))
                ? [`a value for --${name}`]
                : [],
        ),
        ...bare.flatMap(([, name = "", value = ""]) => (isHarmless(unquoted(value)) ? [] : [`a value for ${name}`])),
    ];
}

/** `scheme://user:password@host`. */
function credentialsInUrls(text: string): string[] {
    return [...text.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/gi)].flatMap(([, password = ""]) =>
        isHarmless(password) ? [] : ["a password in a URL"],
    );
}

function unquoted(value: string): string {
    return value.replace(/^(["'])(.*)\1$/, "$2");
}
