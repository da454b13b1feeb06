import { createServer } from "node:http";

/** An application to put behind an outpost: it answers with the request it got, so that a test sees what arrived. */
createServer((request, response) => {
    const { method, url, headers } = request;
    const health = url === "/health";
    response.writeHead(200, { "content-type": health ? "text/plain" : "application/json" });
    response.end(health ? "ok" : JSON.stringify({ method, path: url, headers }));
}).listen(8000, "0.0.0.0");

process.on("SIGTERM", () => process.exit(0));
