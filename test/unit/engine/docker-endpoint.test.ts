import { expect } from "chai";
import { createHash } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type ConnectionSettings, DockerConnection } from "../../../engine/connection";
import { resolveEndpoint } from "../../../engine/docker-endpoint";
import { emptyHome } from "../../support/home";

describe("where the engine is", () => {
    const home = emptyHome();
    const found = (settings: ConnectionSettings = {}, environment: NodeJS.ProcessEnv = {}) =>
        resolveEndpoint(settings, { HOME: home.folder, ...environment }, home.folder);
    const addContext = (name: string, Host: string, folder = ".docker") => {
        const digest = createHash("sha256").update(name).digest("hex");
        home.write(`${folder}/contexts/meta/${digest}/meta.json`, { Name: name, Endpoints: { docker: { Host } } });
        return join(folder, "contexts/tls", digest, "docker");
    };
    const addCertificates = (folder: string) => {
        for (const name of ["ca", "cert", "key"]) home.write(`${folder}/${name}.pem`, `the ${name}`);
        return join(home.folder, folder);
    };
    const certificates = { ca: "the ca", cert: "the cert", key: "the key" };

    it("is what the provider is told, else DOCKER_HOST, else the default socket", () => {
        const environment = { DOCKER_HOST: "unix:///elsewhere.sock" };
        expect(found({ host: "ssh://server" }, environment)).to.include({
            host: "ssh://server",
            source: "docker:host",
        });
        expect(found({}, environment)).to.include({ host: "unix:///elsewhere.sock", source: "DOCKER_HOST" });
        expect(found({}, { DOCKER_HOST: "", DOCKER_CONTEXT: "" }).host).to.equal("unix:///var/run/docker.sock");
    });

    it("is on this machine where it is a socket", () => {
        expect(new DockerConnection({ host: "unix:///a.sock" }, {}).isLocal).to.equal(true);
        expect(new DockerConnection({ host: "ssh://server" }, {}).isLocal).to.equal(false);
        expect(new DockerConnection({ host: "tcp://127.0.0.1:1" }, {}).isLocal).to.equal(false);
    });

    for (const host of ["/var/run/docker.sock", "server:2375", "unix://", "https://server"]) {
        it(`is not "${host}"`, () => {
            expect(() => found({ host })).to.throw(`docker:host = "${host}" must be a URL such as`);
        });
    }

    it("has no password in it, which no message shows", () => {
        expect(() => found({ host: "ssh://user:word@server" })).to.throw(
            'docker:host = "ssh://user:[secret]@server" must be a URL such as',
        );
    });

    it("has a port with tcp, since Docker's command and the provider take different ones", () => {
        expect(() => found({}, { DOCKER_HOST: "tcp://server" })).to.throw('DOCKER_HOST = "tcp://server" must be a URL');
    });

    it("is that of a context, which takes precedence over the host", () => {
        addContext("lab", "ssh://lab");
        expect(found({ context: "lab", host: "ssh://other" })).to.include({
            host: "ssh://lab",
            source: "docker:context",
        });
        expect(found({}, { DOCKER_CONTEXT: "lab" })).to.include({ host: "ssh://lab", source: "DOCKER_CONTEXT" });
    });

    it("is asked for in a context that the provider finds", () => {
        addContext("lab", "ssh://lab", "configured");
        const DOCKER_CONFIG = join(home.folder, "configured");
        expect(() => found({ context: "lab" }, { DOCKER_CONFIG })).to.throw(
            `docker:context = "lab": there is no such context in ${home.folder}/.docker/contexts, where the provider looks`,
        );
        expect(() => found({}, { DOCKER_CONTEXT: "default" })).to.throw("or unset it");
    });

    it("is refused if DOCKER_CONTEXT and the host name different engines, and accepted if they name the same", () => {
        addContext("lab", "ssh://lab");
        const DOCKER_CONTEXT = "lab";
        expect(() => found({ host: "ssh://server" }, { DOCKER_CONTEXT })).to.throw(
            'docker:host = "ssh://server", but for the provider DOCKER_CONTEXT = "lab" in the environment takes precedence. Unset DOCKER_CONTEXT',
        );
        expect(() => found({}, { DOCKER_CONTEXT, DOCKER_HOST: "ssh://server" })).to.throw(
            'DOCKER_HOST = "ssh://server"',
        );
        expect(found({}, { DOCKER_CONTEXT, DOCKER_HOST: "ssh://lab" }).host).to.equal("ssh://lab");
    });

    it("is refused where Docker's command uses another context, which the provider does not read", () => {
        addContext("lab", "ssh://lab");
        home.write(".docker/config.json", { currentContext: "lab" });
        expect(() => found()).to.throw(/uses the context lab .*Set docker:context to lab/);
        expect(found({ context: "lab" }).host).to.equal("ssh://lab");
        expect(found({}, { DOCKER_HOST: "ssh://server" }).host).to.equal("ssh://server");
        home.write(".docker/config.json", { currentContext: "default" });
        expect(found().host).to.equal("unix:///var/run/docker.sock");
    });

    it("is the same where the sockets of both are one", () => {
        const one = home.write("docker.sock", "");
        symlinkSync(one, join(home.folder, "link.sock"));
        addContext("desktop", `unix://${home.folder}/link.sock`);
        expect(found({}, { DOCKER_CONTEXT: "desktop", DOCKER_HOST: `unix://${one}` }).source).to.equal(
            "DOCKER_CONTEXT",
        );
    });

    it("is reached with the certificates of a folder, or of the configuration", () => {
        const folder = addCertificates("certificates");
        const host = "tcp://server:2376";
        expect(found({ host, certPath: folder }).tls).to.deep.equal(certificates);
        expect(found({ host }, { DOCKER_CERT_PATH: folder }).tls).to.deep.equal(certificates);
        const { ca: caMaterial, cert: certMaterial, key: keyMaterial } = certificates;
        expect(found({ host, caMaterial, certMaterial, keyMaterial }).tls).to.deep.equal(certificates);
        expect(found({ host }).tls).to.equal(undefined);
    });

    it("is never reached without proof that it is the engine", () => {
        const host = "tcp://server:2376";
        expect(() => found({ host, certMaterial: "hunter2", keyMaterial: "hunter2" })).to.throw(
            /^docker:certMaterial is set, but not all of docker:caMaterial, [^2]*\. Set all three\.[^2]*$/,
        );
        expect(() => found({}, { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1" })).to.throw(
            /the provider ignores DOCKER_TLS_VERIFY = "1".*Set DOCKER_CERT_PATH/,
        );
    });

    it("is reached with a context's certificates once the provider is told of them", () => {
        const folder = addCertificates(addContext("tls", "tcp://server:2376"));
        expect(() => found({ context: "tls" })).to.throw(`Set docker:certPath, or DOCKER_CERT_PATH, to ${folder}.`);
        expect(found({ context: "tls", certPath: folder }).tls).to.deep.equal(certificates);
    });

    it("says which certificates are wrong: twice, missing, or for an engine that takes none", () => {
        const certPath = addCertificates("certificates");
        const host = "tcp://server:2376";
        expect(() => found({ host, certPath, caMaterial: "a" })).to.throw("docker:caMaterial and docker:certPath");
        expect(() => found({ host, certPath: home.folder })).to.throw(
            `docker:certPath = "${home.folder}" must be a folder with ca.pem`,
        );
        expect(() => found({ host: "ssh://server" }, { DOCKER_CERT_PATH: certPath })).to.throw(
            `DOCKER_CERT_PATH = "${certPath}" is only for an engine at tcp://, but the engine is at ssh://server`,
        );
    });

    it("has the options of ssh from the provider's settings, else from DOCKER_SSH_OPTS", () => {
        const environment = { DOCKER_SSH_OPTS: "-F  /some/file" };
        expect(found({ sshOpts: ["-v"] }, environment).sshOpts).to.deep.equal(["-v"]);
        expect(found({}, environment).sshOpts).to.deep.equal(["-F", "/some/file"]);
    });
});
