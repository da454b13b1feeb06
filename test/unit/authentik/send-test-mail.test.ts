import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { MailReport } from "../../../authentik/mail";
import { shellCommand, shellReport } from "../../../authentik/shell";
import { authority } from "../../support/certificates";

const script = readFileSync(join(__dirname, "../../../authentik/send-test-mail.py"), "utf8");
const password = String.raw`p@$$ "w0rd" 'q' \ {%s} #;:,<>&|~^*()[]?/=+ %20!`;

/**
 * What the script needs of authentik, which is not there: Django's mail backend, in the steps of its smtp.py, on Python's own
 * smtplib, which is what talks to the server.
 */
const authentik = {
    "models.py": `
import json, os, smtplib

class Backend:
    def __init__(self):
        self.__dict__.update(json.loads(os.environ["MAIL"]))

    def open(self):
        self.connection = smtplib.SMTP(self.host, self.port, timeout=5)
        if self.use_tls:
            import ssl
            self.connection.starttls(context=ssl.create_default_context())
        if self.username:
            self.connection.login(self.username, self.password)

    def send_messages(self, messages):
        for message in messages:
            self.connection.sendmail(message.from_email, message.to, b"Subject: authentik Test-Email\\r\\n\\r\\nHello")

class EmailStage:
    def __init__(self, use_global_settings):
        self.backend = Backend()
`,
    "utils.py": `
class TemplateEmailMessage:
    def __init__(self, subject, to, template_name, template_context):
        self.to = [address for _, address in to]
        self.from_email = "auth@example.com"
        self.alternatives = []

def logo_data():
    raise AssertionError
`,
};

/** A mail, and the settings of the one who sends it. */
interface Mail {
    to?: string;
    /** Default: true. */
    trusted?: boolean;
    mail?: object;
}

describe("the script that sends a test mail", () => {
    const folder = mkdtempSync(join(tmpdir(), "mail-"));
    const ca = authority("ca", "localhost");
    const received: string[] = [];
    before(() => {
        for (const [name, text] of Object.entries({ ...authentik, "__init__.py": "" })) {
            const path = join(folder, "authentik/stages/email", name);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, text);
        }
        writeFileSync(join(folder, "ca.crt"), ca.certificate);
    });
    after(() => rmSync(folder, { recursive: true }));

    /** What is told of a mail to a server with these options, by one who trusts its CA. */
    async function told(options: SMTPServerOptions = {}, more: Mail = {}): Promise<MailReport> {
        const { certificate: cert, key } = ca.issued.localhost ?? {};
        const server = new SMTPServer({
            ...{ cert, key, disableReverseLookup: true, logger: false },
            onAuth: ({ username, password: given }, _, done) =>
                given === password ? done(null, { user: username }) : done(new Error("Invalid username or password")),
            onRcptTo: ({ address }, _, done) =>
                address.startsWith("nobody@") ? done(new Error("no such mailbox here")) : done(),
            onData: (stream, session, done) => {
                received.push(`${session.envelope.rcptTo.map(({ address }) => address).join()} ${session.secure}`);
                stream.resume().on("end", () => done(null, "queued as 4XyZ"));
            },
            ...options,
        });
        server.on("error", () => undefined);
        await new Promise<void>((listening) => server.listen(0, "localhost", listening));
        const { port } = server.server.address() as AddressInfo;
        const { to = "someone@example.com", trusted = true, mail = {} } = more;
        const account = { host: "localhost", port, username: "auth", password, use_tls: true };
        const env = {
            ...process.env,
            MAIL: JSON.stringify({ ...account, ...mail }),
            ...(trusted ? { SSL_CERT_FILE: join(folder, "ca.crt") } : {}),
        };
        const [, , , code = ""] = shellCommand(script, { TO: to });
        const output = await new Promise<string>((ended) =>
            execFile("python3", ["-c", code], { cwd: folder, env }, (_, stdout, stderr) => ended(stdout + stderr)),
        );
        await new Promise<void>((closed) => server.close(closed));
        const report = shellReport(output) as MailReport | undefined;
        if (report === undefined) throw new Error(output);
        expect(report.server).to.match(/^localhost:\d+$/);
        return report;
    }

    it("sends it after STARTTLS, with a password of special characters, and tells what the server said", async () => {
        const { answer, sender } = await told();

        expect(answer).to.contain("250").and.contain("queued as 4XyZ");
        expect(sender).to.equal("auth@example.com");
        expect(received).to.deep.equal(["someone@example.com true"]);
    });

    it("tells the server's refusal of the password, without the password", async () => {
        const other = { password: `${password}!` };
        const refusing: SMTPServerOptions = { onAuth: (_, __, done) => done(new Error(`not with ${other.password}`)) };

        const { refusal, answer } = await told(refusing, { mail: other });

        expect(answer).to.equal(undefined);
        expect(refusal).to.match(/^535 .*not with \[secret\]$/);
    });

    it("tells the server's refusal of the recipient", async () => {
        expect((await told({}, { to: "nobody@example.com" })).refusal).to.match(/^550 .*no such mailbox here/);
    });

    it("tells that the server offers no STARTTLS, or asks for no password", async () => {
        expect((await told({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"] })).error).to.contain("STARTTLS");
        expect((await told({ disabledCommands: ["AUTH"] })).error).to.contain("AUTH extension");
    });

    it("tells that the server's certificate is of a CA that is not trusted, and that no server is there", async () => {
        expect((await told({}, { trusted: false })).error).to.contain("CERTIFICATE_VERIFY_FAILED");
        expect((await told({}, { mail: { port: 1 } })).error).to.match(/^ConnectionRefusedError/);
    });
});
