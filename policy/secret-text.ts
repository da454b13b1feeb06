/**
 * Descriptions of the secrets that a text contains, without their values.
 *
 * Policies get every value as plain text and cannot see which are marked secret, so names and forms have to tell.
 */
export function writtenOut(text: string): string[] {
    return [...assignments(text), ...options(text), ...credentialsInUrls(text)];
}

/** Whether the value of a setting with this name is itself a secret, and not a reference to one. */
export function isWrittenOut(name: string, value: string): boolean {
    return isSecretName(name) && !isHarmless(value);
}

/** Whether a name says that its value is secret. `_FILE` and `_PATH` say that the value is only a reference. */
function isSecretName(name: string): boolean {
    const words = name.replace(/([a-z])(?=[A-Z])/g, "$1_").toUpperCase();
    if (/(FILE|PATH|FOLDER|DIR|NAME|URI|URL|POLICY|LENGTH|EXPIRY|ALGORITHM|PUBLIC_KEY)$/.test(words)) return false;
    return /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|REQUIREPASS|MASTERAUTH|(^|[^A-Z])(PASS|PWD|AUTH|KEY|APIKEY|PRIVATE_KEY)$/.test(
        words,
    );
}

/** Whether a value is empty, a switch, a number, or a reference to where the secret is. */
function isHarmless(value: string): boolean {
    return /^(|true|false|yes|no|null|none|\d{1,6}|(file|env):\/\/\S+|\/\S+|\$\{?\w+\}?|\*+)$/i.test(value.trim());
}

/** `NAME=value` at the start of a word, as for shells and `env`. */
function assignments(text: string): string[] {
    return [...text.matchAll(/(?:^|[\s;&|("'])([A-Za-z_][\w.]*)=("[^"]*"|'[^']*'|[^\s;&|)]*)/g)].flatMap(
        ([, name = "", value = ""]) => (isWrittenOut(name, unquoted(value)) ? [`a value for ${name}`] : []),
    );
}

/** `--name=value` and `--name value`, and the words before a password in SQL. */
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
