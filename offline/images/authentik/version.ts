/** The version of authentik that this stands in for. */
export const version = "2025.8.4";
