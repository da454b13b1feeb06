import { createServer, type Socket } from "node:net";
import { log, messageOf } from "../log";
import type { Connection, Credentials } from "./connection";
import { accessOf, passFlow } from "./flow";

/** A directory, as far as an outpost reads it. */
interface LdapProvider {
    pk: number;
    base_dn: string;
    bind_flow_slug: string;
    application_slug: string;
}

interface Element {
    tag: number;
    content: Buffer;
    size: number;
}

/** Who bound on a connection, and whether they find others. */
interface Bound {
    name: string;
    maySearch: boolean;
}

const results = { success: 0, operationsError: 1, invalidCredentials: 49, insufficientAccessRights: 50 };

/** Serves binds and searches for one name; returns what reads the configuration. */
export function serveLdap(
    address: { host: string; port: number },
    connection: Connection,
    credentials: Credentials,
): () => Promise<number> {
    let providers: LdapProvider[] = [];
    const providerOf = (dn: string) =>
        providers.find(({ base_dn: base }) => dn.toLowerCase().endsWith(base.toLowerCase()));

    async function bind(dn: string, password: string): Promise<{ code: number; bound?: Bound }> {
        const provider = providerOf(dn);
        const name = /^cn=([^,]+),ou=users,/i.exec(dn)?.[1];
        if (provider === undefined || name === undefined) return { code: results.insufficientAccessRights };
        const user = await passFlow(credentials, provider.bind_flow_slug, name, password);
        if (user === undefined) return { code: results.invalidCredentials };
        const { access, has_search_permission: maySearch = false } = await accessOf(
            credentials,
            user,
            "ldap",
            provider,
        );
        if (!access.passing) return { code: results.insufficientAccessRights };
        return { code: results.success, bound: { name, maySearch } };
    }

    async function found(base: string, filter: Element | undefined, { name, maySearch }: Bound): Promise<Buffer[]> {
        const users = await connection.list<{ username: string }>("core/users/?page_size=1000");
        const [attribute, wanted] = filter?.tag === 0xa3 ? elementsIn(filter.content) : [];
        const isWanted = (username: string) =>
            attribute?.content.toString() !== "cn" || wanted?.content.toString() === username;
        return users
            .filter(({ username }) => (maySearch || username === name) && isWanted(username))
            .map(({ username }) => {
                const values = ber(0x30, ber(4, "cn"), ber(0x31, ber(4, username)));
                return ber(0x64, ber(4, `cn=${username},ou=users,${base}`), ber(0x30, values));
            });
    }

    function accept(socket: Socket): void {
        let bound: Bound | undefined;
        const reply = (id: Element, ...operations: Buffer[]) =>
            operations.forEach((operation) => socket.write(ber(0x30, ber(2, id.content), operation)));
        const answer = async (id: Element, { tag, content }: Element) => {
            const [first, second, third, , , , filter] = elementsIn(content);
            if (tag === 0x60) {
                const result = await bind(second?.content.toString() ?? "", third?.content.toString() ?? "");
                bound = result.bound;
                reply(id, ended(0x61, result.code));
            } else if (tag === 0x63) {
                const base = providerOf(first?.content.toString() ?? "")?.base_dn;
                if (bound === undefined || base === undefined)
                    return reply(id, ended(0x65, results.insufficientAccessRights));
                reply(id, ...(await found(base, filter, bound)), ended(0x65, results.success));
            } else if (tag === 0x42) socket.end();
        };
        let waiting = Buffer.alloc(0);
        let before = Promise.resolve();
        socket.on("error", () => socket.destroy());
        socket.on("data", (data: Buffer) => {
            waiting = Buffer.concat([waiting, data]);
            for (let next = elementAt(waiting); next !== undefined; next = elementAt(waiting)) {
                waiting = waiting.subarray(next.size);
                const [id, operation] = elementsIn(next.content);
                if (id === undefined || operation === undefined) return void socket.destroy();
                before = before
                    .then(() => answer(id, operation))
                    .catch((error: unknown) => {
                        log("warning", "failed to execute flow", { error: messageOf(error) });
                        reply(id, ended(operation.tag === 0x60 ? 0x61 : 0x65, results.operationsError));
                    });
            }
        });
    }

    createServer(accept).listen(address.port, address.host);
    return async () => {
        providers = await connection.list<LdapProvider>("outposts/ldap/");
        return providers.length;
    };
}

function ended(tag: number, code: number): Buffer {
    return ber(tag, ber(10, Buffer.from([code])), ber(4, ""), ber(4, ""));
}

/** An element of BER; text is UTF-8. */
function ber(tag: number, ...parts: (Buffer | string)[]): Buffer {
    const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
    const length = Buffer.alloc(5, 0x84);
    length.writeUInt32BE(content.length, 1);
    return Buffer.concat([Buffer.from([tag]), length, content]);
}

/** The element at the beginning; nothing while it is not there as a whole. */
function elementAt(bytes: Buffer): Element | undefined {
    const [tag, first] = bytes;
    if (tag === undefined || first === undefined) return undefined;
    const more = first < 128 ? 0 : first - 128;
    if (bytes.length < 2 + more) return undefined;
    const length = more === 0 ? first : bytes.readUIntBE(2, more);
    const size = 2 + more + length;
    return bytes.length < size ? undefined : { tag, content: bytes.subarray(2 + more, size), size };
}

function elementsIn(bytes: Buffer): Element[] {
    const element = elementAt(bytes);
    return element === undefined ? [] : [element, ...elementsIn(bytes.subarray(element.size))];
}
