import { createHash, createHmac, createPublicKey, createSign, createVerify, X509Certificate } from "node:crypto";
import { textOf, type Fields, type Stored } from "./store";

/** How a provider signs: with a certificate's key, or with its client secret where it has none. */
export interface Signer {
    algorithm: "RS256" | "HS256";
    secret: string;
    certificate?: Stored | undefined;
}

/** A signed token with these claims. */
export function signToken(claims: Fields, signer: Signer): string {
    const kid = signer.certificate === undefined ? {} : { kid: keyId(signer.certificate) };
    const text = `${encode({ alg: signer.algorithm, ...kid, typ: "JWT" })}.${encode(claims)}`;
    const signature =
        signer.certificate === undefined
            ? createHmac("sha256", signer.secret).update(text).digest("base64url")
            : createSign("RSA-SHA256").update(text).sign(textOf(signer.certificate, "key_data"), "base64url");
    return `${text}.${signature}`;
}

/** The claims of a token that this signer signed and that is not expired. */
export function readToken(token: string, signer: Signer): Fields | undefined {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const text = `${header}.${payload}`;
    const valid =
        signer.certificate === undefined
            ? signature === createHmac("sha256", signer.secret).update(text).digest("base64url")
            : createVerify("RSA-SHA256")
                  .update(text)
                  .verify(textOf(signer.certificate, "certificate_data"), signature, "base64url");
    const claims = valid ? claimsOf(token) : undefined;
    return claims !== undefined && Number(claims["exp"]) > Date.now() / 1000 ? claims : undefined;
}

/** The claims of a token, unchecked. */
export function claimsOf(token: string): Fields | undefined {
    try {
        return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Fields;
    } catch {
        return undefined;
    }
}

/** The public half of a certificate as a JSON web key. */
export function webKey(certificate: Stored): object {
    const parsed = new X509Certificate(textOf(certificate, "certificate_data"));
    const { n, e } = createPublicKey(textOf(certificate, "certificate_data")).export({ format: "jwk" });
    const thumbprint = (algorithm: string) => createHash(algorithm).update(parsed.raw).digest("base64url");
    return {
        alg: "RS256",
        kid: keyId(certificate),
        kty: "RSA",
        use: "sig",
        n,
        e,
        x5c: [parsed.raw.toString("base64")],
        x5t: thumbprint("sha1"),
        "x5t#S256": thumbprint("sha256"),
    };
}

function keyId(certificate: Stored): string {
    return createHash("md5").update(textOf(certificate, "key_data")).digest("hex");
}

function encode(value: object): string {
    return Buffer.from(JSON.stringify(value)).toString("base64url");
}
