import { createHash, createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer, type AddressInfo } from "node:net";

/** A server on this machine that answers as an outpost does, and what it was sent. */
export interface Answers {
    url: string;
    received: Buffer[];
    close: () => Promise<void>;
}

/** How a directory answers: the code of a bind, of a search, and how many it finds. It hangs up instead where there is no code. */
export interface Directory {
    bind?: number;
    search?: number;
    finds?: number;
}

/** Answers binds and searches, in the order in which they come. */
export async function directory({ bind, search = 0, finds = 1 }: Directory): Promise<Answers> {
    const received: Buffer[] = [];
    const ended = (id: number, tag: number, code: number) =>
        Buffer.from([0x30, 12, 2, 1, id, tag, 7, 10, 1, code, 4, 0, 4, 0]);
    const entry = Buffer.from([0x30, 9, 2, 1, 2, 0x64, 4, 4, 0, 0x30, 0]);
    const server = createServer((socket) => {
        socket.on("error", () => socket.destroy());
        let asked = 0;
        socket.on("data", (data) => {
            received.push(data);
            asked += 1;
            if (bind === undefined) socket.destroy();
            else if (asked === 1) socket.write(ended(1, 0x61, bind));
            else if (asked === 2)
                socket.write(Buffer.concat([...Array.from({ length: finds }, () => entry), ended(2, 0x65, search)]));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
    return { url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close };
}

/** Refuses everybody, as one who has this shared secret; a forged answer has a wrong authenticator of the message. */
export async function radiusServer(secret: string, isForged = false): Promise<Answers> {
    const received: Buffer[] = [];
    const socket = createSocket("udp4");
    socket.on("message", (request, { port }) => {
        received.push(request);
        const answer = Buffer.alloc(38);
        answer.set([3, request[1] ?? 0, 0, 38]);
        request.copy(answer, 4, 4, 20);
        answer.set([80, 18], 20);
        createHmac("md5", isForged ? "another" : secret)
            .update(answer)
            .digest()
            .copy(answer, 22);
        createHash("md5").update(answer).update(secret).digest().copy(answer, 4);
        socket.send(answer, port, "127.0.0.1");
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const close = () => new Promise<void>((resolve) => void socket.close(() => resolve()));
    return { url: `radius://127.0.0.1:${socket.address().port}`, received, close };
}
