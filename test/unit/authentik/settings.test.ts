import { expect } from "chai";
import { settingsToEnvironment } from "../../../authentik/settings";

describe("settings", () => {
    it("separates the first level by one underscore and deeper ones by two", () => {
        const environment = settingsToEnvironment({ log_level: "info", email: { host: "mail", tls: { verify: "x" } } });

        expect(environment).to.deep.equal({
            AUTHENTIK_LOG_LEVEL: "info",
            AUTHENTIK_EMAIL__HOST: "mail",
            AUTHENTIK_EMAIL__TLS__VERIFY: "x",
        });
    });

    it("writes numbers and switches as authentik reads them", () => {
        expect(settingsToEnvironment({ web: { workers: 4, rate: 0.5 }, a: true, b: false, c: "" })).to.deep.equal({
            AUTHENTIK_WEB__WORKERS: "4",
            AUTHENTIK_WEB__RATE: "0.5",
            AUTHENTIK_A: "true",
            AUTHENTIK_B: "false",
            AUTHENTIK_C: "",
        });
    });

    it("leaves values as they are, whatever stands in them", () => {
        const value = 'smtp://"user":p=ss@host\n?x={}';

        expect(settingsToEnvironment({ url: value }).AUTHENTIK_URL).to.equal(value);
    });

    it("makes nothing of an empty tree or branch", () => {
        expect(settingsToEnvironment({ email: {} })).to.deep.equal({});
    });
});
