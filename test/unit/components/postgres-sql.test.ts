import { expect } from "chai";
import { provisionSql } from "../../../components/postgres";

describe("the SQL that makes roles and databases", () => {
    const sql = provisionSql("super", ["authentik", "n8n"], ["one", "two"]);
    const lines = sql.split("\n");
    const at = (part: string) => lines.findIndex((line) => line.includes(part));

    it("turns the log of statements off before the first password", () => {
        expect(lines[0]).to.equal("SET log_min_error_statement = panic;");
        expect(lines[1]).to.equal("SET log_statement = none;");
        expect(at("PASSWORD")).to.be.greaterThan(1);
    });

    it("brings the superuser's password up to date", () => {
        expect(lines).to.include("ALTER ROLE postgres PASSWORD 'super';");
    });

    it("makes a role that is no superuser, or brings its password up to date", () => {
        expect(lines).to.include(
            `SELECT 'CREATE ROLE "n8n"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'n8n') \\gexec`,
        );
        expect(lines).to.include(`ALTER ROLE "n8n" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD 'two';`);
        expect(at(`CREATE ROLE "n8n"`)).to.be.lessThan(at(`ALTER ROLE "n8n"`));
    });

    it("makes a database that the role owns and that nobody else may enter", () => {
        expect(lines).to.include(
            `SELECT 'CREATE DATABASE "n8n" OWNER "n8n"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'n8n') \\gexec`,
        );
        expect(lines).to.include(`REVOKE ALL ON DATABASE "n8n" FROM PUBLIC;`);
    });

    it("gives each role its own password", () => {
        expect(lines[at(`ALTER ROLE "authentik"`)]).to.contain("PASSWORD 'one'");
        expect(lines[at(`ALTER ROLE "n8n"`)]).to.contain("PASSWORD 'two'");
    });

    it("creates nothing without looking whether it is there, so that it can run again", () => {
        for (const line of lines.filter((statement) => statement.includes("CREATE ")))
            expect(line).to.match(/^SELECT 'CREATE .* WHERE NOT EXISTS .*\\gexec$/);
    });

    it("lets no password end its own quotes", () => {
        const injected = provisionSql("a'; DROP TABLE x; --", ["db"], ["it's 'so'"]);

        expect(injected).to.contain("PASSWORD 'a''; DROP TABLE x; --';");
        expect(injected).to.contain("PASSWORD 'it''s ''so''';");
    });

    it("ends its last line, without which psql leaves it out", () => {
        expect(sql.endsWith("\n")).to.equal(true);
    });
});
