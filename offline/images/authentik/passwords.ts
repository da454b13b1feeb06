import { pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

const rounds = 10_000;

/** A random text of letters and digits. */
export function randomKey(length: number): string {
    return [...randomBytes(length)]
        .map((byte) => "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"[byte % 56])
        .join("");
}

/** The stored form of a password, in Django's notation. */
export function hashPassword(password: string): string {
    const salt = randomKey(22);
    return `pbkdf2_sha256$${rounds}$${salt}$${derive(password, salt, rounds)}`;
}

/** True where the password is the one that was stored. */
export function passwordMatches(password: string, stored: string): boolean {
    const [, count = "", salt = "", hash = ""] = stored.split("$");
    if (hash === "") return false;
    const given = Buffer.from(derive(password, salt, Number(count)));
    return given.length === hash.length && timingSafeEqual(given, Buffer.from(hash));
}

function derive(password: string, salt: string, count: number): string {
    return pbkdf2Sync(password, salt, count, 32, "sha256").toString("base64");
}
