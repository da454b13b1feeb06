import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../contract/support/containers";
import { container, docker } from "../support/host";

/** Rows of a database that PostgreSQL said it has, one transaction each; none of them may ever be missing. */
export class Ledger {
    private readonly acknowledged: number[] = [];

    /**
     * @param prefix of the stack.
     * @param database whose PostgreSQL is the stack's.
     */
    public constructor(
        private readonly prefix: string,
        private readonly database: string,
    ) {}

    /** Makes the table where it is not there yet, in a stack that runs. */
    public async open(): Promise<void> {
        const table = "CREATE TABLE IF NOT EXISTS faults_ledger (id bigserial PRIMARY KEY)";
        await this.sql(`${table}; ALTER TABLE faults_ledger OWNER TO "${this.database}"`);
    }

    /** Makes the table as soon as the stack has the database. */
    public async openSoon(): Promise<void> {
        await eventually("the database", 600, () =>
            this.open().then(
                () => true,
                () => false,
            ),
        );
    }

    /** Writes rows from before something is done until it is, or until PostgreSQL goes away. */
    public async during(work: () => Promise<unknown>): Promise<void> {
        const { id } = await container(`${this.prefix}authentik-postgres-server`);
        const command = ["psql", "-U", "postgres", "-d", this.database, "-XAtq", "-v", "ON_ERROR_STOP=1"];
        const writer = spawn("docker", ["exec", "--interactive", id, ...command], {
            stdio: ["pipe", "pipe", "ignore"],
        });
        writer.stdin.on("error", () => undefined); // it was killed
        const ended = once(writer, "close");
        const before = this.rows;
        const next = () => void writer.stdin.write("INSERT INTO faults_ledger DEFAULT VALUES RETURNING id;\n");
        createInterface(writer.stdout).on("line", (line) => {
            this.acknowledged.push(Number(line));
            void sleep(20).then(next);
        });
        next();
        await eventually("rows", 60, () => Promise.resolve(this.rows >= before + 20));
        await work();
        writer.kill();
        await ended;
    }

    /** How many of the rows that were acknowledged are not there. */
    public async lost(): Promise<number> {
        const ids = this.acknowledged.join();
        return Number(
            await this.sql(
                `SELECT count(*) FROM unnest('{${ids}}'::bigint[]) AS id WHERE id NOT IN (SELECT id FROM faults_ledger)`,
            ),
        );
    }

    /** How many rows were acknowledged. */
    public get rows(): number {
        return this.acknowledged.length;
    }

    /** Runs a statement as the superuser. */
    public async sql(statement: string, database = this.database): Promise<string> {
        const { id } = await container(`${this.prefix}authentik-postgres-server`);
        return await docker("exec", id, "psql", "-U", "postgres", "-d", database, "-XAtqc", statement);
    }
}
