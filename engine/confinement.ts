/** What holds for every container, whether the provider makes it or the engine's API. */
export const confinement = {
    securityOpts: ["no-new-privileges:true"],
    dropped: ["ALL"],
    log: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
};

/** Folders in memory: /tmp and others, open to every user. */
export function inMemory(folders: string[] = []): Record<string, string> {
    return Object.fromEntries(["/tmp", ...folders].map((folder) => [folder, "mode=1777"]));
}
