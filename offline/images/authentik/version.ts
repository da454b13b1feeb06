/** The release of authentik that this stands in for: the image says. */
export const version = process.env["STAND_IN_RELEASE"] ?? "2025.8.4";

/** Whether the release has what came with a series, such as 2025.10. */
export function since(series: string): boolean {
    const number = (text: string) => Number(text.split(".")[0]) * 100 + Number(text.split(".")[1]);
    return number(version) >= number(series);
}
