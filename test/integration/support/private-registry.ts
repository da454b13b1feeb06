import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { digestOf } from "./tiny-image";

/** A registry that hands an image out to one user. */
export interface PrivateRegistry {
    /** Host and port. */
    address: string;
    /** The one image that it has, with any tag. */
    image: string;
    close: () => void;
}

/**
 * Starts a registry on the loopback, where Docker asks without TLS. It speaks as much of the protocol as a pull asks.
 *
 * @param files what the image has.
 */
export async function startRegistry(files: Buffer, user: { name: string; password: string }): Promise<PrivateRegistry> {
    const layer = gzipSync(files);
    const config = Buffer.from(
        JSON.stringify({
            architecture: process.arch === "x64" ? "amd64" : process.arch,
            os: "linux",
            config: { Cmd: ["sleep", "600"] },
            rootfs: { type: "layers", diff_ids: [digestOf(files)] },
        }),
    );
    const type = "application/vnd.docker.distribution.manifest.v2+json";
    const part = (content: Buffer, mediaType: string) => ({
        mediaType,
        size: content.length,
        digest: digestOf(content),
    });
    const manifest = Buffer.from(
        JSON.stringify({
            schemaVersion: 2,
            mediaType: type,
            config: part(config, "application/vnd.docker.container.image.v1+json"),
            layers: [part(layer, "application/vnd.docker.image.rootfs.diff.tar.gzip")],
        }),
    );
    const wanted = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
    const server = createServer(({ url = "", headers, method }, response) => {
        if (headers.authorization !== wanted) {
            response.writeHead(401, { "WWW-Authenticate": 'Basic realm="private"' }).end();
            return;
        }
        const blob = [config, layer].find((content) => url.endsWith(digestOf(content)));
        const found = url.includes("/manifests/") ? manifest : url === "/v2/" ? Buffer.from("{}") : blob;
        const head = found === manifest ? { "Content-Type": type, "Docker-Content-Digest": digestOf(manifest) } : {};
        response.writeHead(found === undefined ? 404 : 200, { ...head, "Content-Length": found?.length ?? 0 });
        response.end(method === "HEAD" ? undefined : found);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { address, image: `${address}/own/image`, close: () => server.close() };
}
