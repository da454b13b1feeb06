// Hands the connections that a socket of another network namespace takes (descriptor 3) on to a port of this one: `HOST PORT`.
import { Resolver } from "node:dns/promises";
import { connect, createServer, isIP } from "node:net";
import process from "node:process";

const [host = "", port = ""] = process.argv.slice(2);
const resolver = new Resolver();
// Once: it throws while a name is asked for.
resolver.setServers(["127.0.0.11"]);

/** As most proxies do it, at each connection: the first address that Docker's name server has. */
async function address() {
    if (isIP(host) !== 0) return host;
    const [first] = await resolver.resolve4(host);
    return first;
}

createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    address().then(
        (found) => {
            const through = connect({ host: found, port: Number(port), allowHalfOpen: true });
            through.on("error", () => socket.resetAndDestroy());
            socket.on("close", () => through.destroy());
            socket.pipe(through).pipe(socket);
        },
        () => socket.resetAndDestroy(),
    );
}).listen({ fd: 3 });
