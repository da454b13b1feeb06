/** `512m` or `2g` in the provider's unit. */
export function megabytes(size: string): number {
    return Number(size.slice(0, -1)) * (size.endsWith("g") ? 1024 : 1);
}

/** A number as Go prints it with one decimal at least: the only form that is stable across refreshes. */
export function decimal(value: number): string {
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Seconds as Go prints a duration: the only form that is stable across refreshes. */
export function goDuration(seconds: number): string {
    return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
