import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { certificatesIn, privateKeyIn } from "../../../config/secrets";
import { shown } from "../../../ground/problems";
import { authority } from "../../support/certificates";

const ca = authority("The CA", "client");
const { certificate, key } = ca.issued.client ?? { certificate: "", key: "" };

describe("PEM", () => {
    it("has certificates in their order, whatever ends its lines, and with text around them", () => {
        const bundle = `The client\n${certificate}\n${ca.certificate}`;
        for (const text of [bundle, bundle.trimEnd(), bundle.replaceAll("\n", "\r\n")])
            expect(certificatesIn(text)?.map(({ subject }) => subject)).to.deep.equal(["CN=client", "CN=The CA"]);
    });

    for (const [what, text] of Object.entries({
        "no certificate": "ca.crt",
        "a certificate without its line breaks": certificate.replaceAll("\n", " "),
        "a certificate that was cut": certificate.slice(0, 200),
        "a certificate that was changed": certificate.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA"),
        "a private key": key,
        "a private key beside a certificate": certificate + key,
    })) {
        it(`is not: ${what}`, () => {
            expect(certificatesIn(text)).to.equal(undefined);
        });
    }

    it("has a private key, unless it takes a passphrase to open", () => {
        expect(privateKeyIn(key)?.type).to.equal("private");
        expect(privateKeyIn(key.trimEnd())?.type).to.equal("private");
        const args = ["pkcs8", "-topk8", "-passout", "pass:xyzzy"];
        expect(privateKeyIn(execFileSync("openssl", args, { input: key }).toString())).to.equal(undefined);
        expect(privateKeyIn(certificate)).to.equal(undefined);
    });

    it("is shown by its first line, wherever it is in a value", () => {
        expect(shown(key)).to.equal('"-----BEGIN PRIVATE KEY-----…"');
        expect(shown({ host: "db", key: [`x ${key.replaceAll("\n", "")}`] })).to.equal(
            '{"host":"db","key":["x -----BEGIN PRIVATE KEY-----…"]}',
        );
        expect(shown("a\nb")).to.equal('"a\\nb"');
    });
});
