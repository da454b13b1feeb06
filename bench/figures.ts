import { cpus, release, totalmem, type } from "node:os";

/** The machine, for a page with figures. */
export function machine(): string {
    const [processor] = cpus();
    const memory = Math.round(totalmem() / 1024 ** 3);
    return `${cpus().length} × ${processor?.model ?? "unknown"}, ${memory} GB of memory, ${type()} ${release()}`;
}

/** The median of some numbers. */
export function median(values: number[]): number {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    return (low + high) / 2;
}
