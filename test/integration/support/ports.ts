import { createServer } from "node:net";

/** Ports handed out by this process, though nothing may listen on them yet. */
const taken = new Set<number>();

/** Free ports of 127.0.0.1, from a random one on: runs side by side do not get in each other's way. */
export async function freePorts(count: number): Promise<number[]> {
    const found: number[] = [];
    let port = 19_100 + Math.floor(Math.random() * 800);
    while (found.length < count) {
        port = port < 19_999 ? port + 1 : 19_100;
        if (taken.has(port) || !(await isFree(port))) continue;
        taken.add(port);
        found.push(port);
    }
    return found;
}

function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
}
