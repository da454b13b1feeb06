/**
 * SQL that makes roles and databases, or brings their passwords up to date; running it again changes nothing.
 *
 * @param superuser password of the role postgres.
 * @param databases names of databases; each gets a role of the same name.
 * @param passwords the roles' passwords, in the order of the databases.
 */
export function provisionSql(superuser: string, databases: string[], passwords: string[]): string {
    return [
        // A failing statement would otherwise stand in the server's log, password and all.
        "SET log_min_error_statement = panic;",
        "SET log_statement = none;",
        // Every role may connect to these by default; consumers have no business there.
        "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;",
        `ALTER ROLE postgres PASSWORD ${literal(superuser)};`,
        ...databases.flatMap((database, index) => provisionDatabase(database, passwords[index] ?? "")),
        "",
    ].join("\n");
}

function provisionDatabase(database: string, password: string): string[] {
    const name = `"${database}"`;
    return [
        `SELECT 'CREATE ROLE ${name}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(database)}) \\gexec`,
        `ALTER ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${literal(password)};`,
        `SELECT 'CREATE DATABASE ${name} OWNER ${name}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(database)}) \\gexec`,
        // Every role may connect to a new database by default; each is for its owner alone.
        `REVOKE ALL ON DATABASE ${name} FROM PUBLIC;`,
    ];
}

function literal(value: string): string {
    return `'${value.replaceAll("'", "''")}'`;
}
