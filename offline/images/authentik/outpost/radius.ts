import { createHash, createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { BlockList, isIPv6 } from "node:net";
import { log, messageOf } from "../log";
import type { Connection, Credentials } from "./connection";
import { accessOf, passFlow } from "./flow";

/** A RADIUS server, as far as an outpost reads it. */
interface RadiusProvider {
    pk: number;
    client_networks: string;
    shared_secret: string;
    auth_flow_slug: string;
    application_slug: string;
}

const codes = { request: 1, accept: 2, reject: 3 };
const attributes = { name: 1, password: 2, messageAuthenticator: 80 };

/** Serves requests with a password; returns what reads the configuration. */
export function serveRadius(
    address: { host: string; port: number },
    connection: Connection,
    credentials: Credentials,
): () => Promise<number> {
    let providers: RadiusProvider[] = [];
    const socket = createSocket("udp4");

    async function isAccepted(provider: RadiusProvider, packet: Buffer): Promise<boolean> {
        const name = attributeOf(packet, attributes.name).toString();
        const hidden = attributeOf(packet, attributes.password);
        const password = shown(hidden, provider.shared_secret, packet.subarray(4, 20));
        const user = await passFlow(credentials, provider.auth_flow_slug, name, password);
        return user !== undefined && (await accessOf(credentials, user, "radius", provider)).access.passing;
    }

    socket.on("message", (packet, { address: client, port }) => {
        const provider = ofClient(providers, client);
        // As the real one: of an address that is in no network nothing is heard.
        if (provider === undefined || packet[0] !== codes.request) return;
        isAccepted(provider, packet)
            .catch((error: unknown) => {
                log("warning", "failed to execute flow", { error: messageOf(error) });
                return false;
            })
            .then((accepted) => {
                const code = accepted ? codes.accept : codes.reject;
                socket.send(signed(code, packet, provider.shared_secret), port, client);
            })
            .catch((error: unknown) => log("warning", "failed to answer", { error: messageOf(error) }));
    });
    socket.bind(address.port, address.host);
    return async () => {
        providers = await connection.list<RadiusProvider>("outposts/radius/");
        return providers.length;
    };
}

/** The provider that a client is of: that with the widest network which has its address, as the real one sorts them. */
function ofClient(providers: RadiusProvider[], client: string): RadiusProvider | undefined {
    const networks = providers.flatMap((provider) =>
        provider.client_networks.split(",").map((network) => {
            const [address = "", prefix = "0"] = network.trim().split("/");
            return { provider, address, prefix: Number(prefix) };
        }),
    );
    return networks
        .filter(({ address, prefix }) => {
            const list = new BlockList();
            list.addSubnet(address, prefix, isIPv6(address) ? "ipv6" : "ipv4");
            return list.check(client, isIPv6(client) ? "ipv6" : "ipv4");
        })
        .sort((a, b) => a.prefix - b.prefix)[0]?.provider;
}

function attributeOf(packet: Buffer, wanted: number): Buffer {
    for (let at = 20; at + 1 < packet.length;) {
        const size = Math.max(packet[at + 1] ?? 0, 2);
        if (packet[at] === wanted) return packet.subarray(at + 2, at + size);
        at += size;
    }
    return Buffer.alloc(0);
}

/** A password as it was before it was hidden. Source: RFC 2865, 5.2. */
function shown(hidden: Buffer, secret: string, authenticator: Buffer): string {
    let before = authenticator;
    const blocks: Buffer[] = [];
    for (let at = 0; at < hidden.length; at += 16) {
        const block = hidden.subarray(at, at + 16);
        const mask = createHash("md5").update(secret).update(before).digest();
        blocks.push(Buffer.from(block.map((byte, index) => byte ^ (mask[index] ?? 0))));
        before = block;
    }
    return Buffer.concat(blocks).toString().replace(/\0+$/, "");
}

/** An answer with both of its authenticators. */
function signed(code: number, request: Buffer, secret: string): Buffer {
    const answer = Buffer.alloc(38);
    answer.set([code, request[1] ?? 0, 0, answer.length]);
    request.copy(answer, 4, 4, 20);
    answer.set([attributes.messageAuthenticator, 18], 20);
    createHmac("md5", secret).update(answer).digest().copy(answer, 22);
    createHash("md5").update(answer).update(secret).digest().copy(answer, 4);
    return answer;
}
