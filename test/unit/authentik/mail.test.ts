import { expect } from "chai";
import { mailCure } from "../../../authentik/mail";
import { shellCommand, shellReport } from "../../../authentik/shell";

describe("a test mail", () => {
    it("is sent by a script in authentik's own shell, to one who cannot be part of it", () => {
        const [shell, , , code] = shellCommand("send()", { TO: `a"+exit()+"@example.com` });

        expect(shell).to.equal("ak");
        expect(code).to.match(/^TO = "a\\"\+exit\(\)\+\\"@example\.com"\nMARK = ".+"\nsend\(\)$/);
    });

    it("is reported in one line among those that authentik logs", () => {
        const [, , , code = ""] = shellCommand("", { TO: "a@example.com" });
        const mark = JSON.parse(/MARK = (.+)/.exec(code)?.[1] ?? "") as string;
        const report = { server: "smtp.example.com:587", answer: "250 OK\nqueued" };

        expect(shellReport(`{"event": "Loaded"}\n${mark}${JSON.stringify(report)}\n`)).to.deep.equal(report);
        expect(shellReport("Traceback (most recent call last):")).to.equal(undefined);
    });

    const cures: [told: object, cure: string][] = [
        [{ refusal: "535 5.7.8 Error: authentication failed" }, "the secret email-password"],
        [{ refusal: "530 5.7.0 Must issue a STARTTLS command first" }, "email.security"],
        [{ refusal: "550 5.1.1 no such mailbox here" }, "Check email.from and the recipient"],
        [{ error: "gaierror: [Errno -2] Name or service not known" }, "email.host"],
        [{ error: "SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed" }, "caCertificates"],
        [{ error: "SMTPNotSupportedError: STARTTLS extension not supported by server." }, "offers no STARTTLS"],
        [{ error: "SMTPNotSupportedError: SMTP AUTH extension not supported by server." }, "asks for no password"],
        [{ error: "SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number" }, "tls on 465"],
        [{ error: "SMTPServerDisconnected: Connection unexpectedly closed" }, "tls on 465"],
        [{ error: "TimeoutError: timed out" }, "email.port"],
        [{ error: "ConnectionRefusedError: [Errno 111] Connection refused" }, "email.port"],
        [{ error: "ValueError: of another kind" }, "Check the section email."],
    ];
    for (const [told, cure] of cures)
        it(`that was not sent has a cure: ${Object.values(told).join()}`, () => {
            expect(mailCure({ server: "smtp.example.com:587", ...told })).to.contain(cure);
        });
});
