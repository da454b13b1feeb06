import { createServer } from "node:net";

/** Ports handed out by this process, though nothing may listen on them yet. */
const taken = new Set<number>();

/** Each of mocha's processes has ports of its own: one that is handed out is not listened on at once. */
const range = 450;
const first = 19_100 + range * (Number(process.env.MOCHA_WORKER_ID ?? 0) % 2);

/** Free ports of 127.0.0.1, from a random one on: runs side by side do not get in each other's way. */
export async function freePorts(count: number): Promise<number[]> {
    const found: number[] = [];
    let port = first + Math.floor(Math.random() * range);
    while (found.length < count) {
        port = port < first + range - 1 ? port + 1 : first;
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
