import { expect } from "chai";
import { bringBack, fitting, replaceData, type Restore } from "../../../cli/backup/restore";
import { BackupStore } from "../../../cli/backup/store";
import { bringUp, settle } from "../../../cli/stack/up";
import { eventually } from "../../contract/support/containers";
import type { Ports } from "../support/dev";
import { doorsOf, secretsOf } from "../support/doors";
import { container, docker } from "../support/host";
import type { StackUnderTest } from "../support/stack-under-test";
import { expectServing } from "../support/visit";
import { Ledger } from "./ledger";
import type { FaultName } from "./list";
import { measured } from "./page";

const quiet = () => undefined;

/** A fault, and what follows. */
export interface Suffering {
    /** Ends when it is done. */
    cause: () => Promise<unknown>;
    /** What an operator does. Default: nothing. */
    cure?: () => Promise<unknown>;
    /** Rows are written until the fault. Default: true; those after a backup are none of a restore. */
    writes?: boolean;
}

/** A stack that runs, to which things are done. */
export class Trial {
    public readonly store: BackupStore;
    public readonly ledger: Ledger;
    private password: string | undefined;

    /** The stack need not be there yet. */
    public constructor(
        private readonly stack: StackUnderTest,
        private readonly ports: Ports,
    ) {
        this.store = new BackupStore(stack.opened);
        this.ledger = new Ledger(stack.prefix, "paperless");
    }

    /**
     * Brings the stack up.
     *
     * @param then what its ports need. Default: nothing.
     */
    public static async begin(stack: StackUnderTest, ports: Ports, then?: () => Promise<unknown>): Promise<Trial> {
        const trial = new Trial(stack, ports);
        await stack.up();
        await then?.();
        await trial.ledger.open();
        return trial;
    }

    /** Does it to the stack while rows are written, then what an operator does, and measures. */
    public async suffer(name: FaultName, { cause, cure, writes = true }: Suffering): Promise<void> {
        await (writes ? this.ledger.during(cause) : cause());
        const since = Date.now();
        await cure?.();
        await eventually("a sign-in", 120, () => this.signsIn());
        const seconds = Math.round((Date.now() - since) / 1000);
        const { rows } = this.ledger;
        const lost = await this.ledger.lost();
        measured[name] = { seconds, rows, lost };
        console.log(`        ${seconds} s, lost ${lost} of ${rows} rows`);
        expect(lost, "rows that PostgreSQL had acknowledged").to.equal(0);
    }

    /** As the kernel does where memory is short: Docker's own command would keep it from starting again. */
    public async kill(role: string): Promise<void> {
        const { id } = await this.container(role);
        process.kill(Number(await docker("inspect", "--format", "{{.State.Pid}}", id)), "SIGKILL");
    }

    /** The container of a role. */
    public container(role: string) {
        return container(`${this.stack.prefix}authentik-${role}-`);
    }

    /** When the container of a role was last started. */
    public async startOf(role: string): Promise<string> {
        return await docker("inspect", "--format", "{{.State.StartedAt}}", (await this.container(role)).id);
    }

    /** Runs a command of the shell in the container of the backups. */
    public async inBackups(command: string): Promise<string> {
        return await docker("exec", (await this.container("backups-container")).id, "sh", "-c", command);
    }

    /** What `npm start` does. */
    public async start(): Promise<void> {
        await bringUp(quiet, this.stack.opened, await settle(quiet, this.stack.opened));
    }

    /** A backup with every row that there is. */
    public async saved(): Promise<string> {
        const said = await this.store.attempt("save");
        return /^saved (\S+)$/m.exec(said)?.[1] ?? expect.fail(said);
    }

    /** Of the stack into itself. */
    public restoreOf(id: string): Restore {
        return { from: this.stack.opened, into: this.stack.opened, id };
    }

    /** What `npm run restore` does. */
    public async restore(id: string): Promise<void> {
        await fitting(quiet, this.restoreOf(id));
        await replaceData(quiet, this.restoreOf(id));
        await bringBack(quiet, this.restoreOf(id));
    }

    /** Why a restore is refused before anything is touched; empty when it is not. */
    public async refusal(id: string): Promise<string> {
        return await fitting(quiet, this.restoreOf(id)).then(() => "", String);
    }

    /** Once a database is restored beside the old one. */
    public async halfRestored(): Promise<void> {
        const { id } = await this.container("postgres-server");
        const ask = `psql -U postgres -XAtqc "SELECT 1 FROM pg_database WHERE datname = 'restoring-1'"`;
        const wait = `for n in $(seq 2000); do [ -z "$(${ask})" ] || exit 0; sleep 0.02; done; exit 1`;
        await docker("exec", id, "sh", "-c", wait);
    }

    private async signsIn(): Promise<boolean> {
        try {
            await expectServing(this.ports);
            const name = "admin-password";
            this.password ??= (await secretsOf(this.stack, [name]))[name];
            return (await doorsOf(this.stack.prefix, this.ports.server)[name]?.(this.password ?? "")) ?? false;
        } catch {
            return false;
        }
    }
}
