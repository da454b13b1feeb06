import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import { withoutResult } from "../../../cli/stack/up";
import { Operation } from "./operation";

/** Options of an update that tests vary. */
export interface UpdateOptions {
    refresh?: boolean;
}

/** The operations of the engine on one stack, as tests use them. */
export class Updates {
    protected constructor(
        protected readonly target: Stack,
        private readonly fixed: { color: "never"; configFile?: string },
    ) {}

    /** Brings it up; the error of a failed update has everything that was reported in its message. */
    public async up(options: UpdateOptions = {}): Promise<Operation> {
        return await this.record((record) => withoutResult(this.target).up({ ...this.options(record), ...options }));
    }

    /** What an `up` must fail with. */
    public async failingUp(options: UpdateOptions = {}): Promise<{ record: Operation; seconds: number }> {
        const since = Date.now();
        const record = new Operation();
        const failed = await withoutResult(this.target)
            .up({ ...this.options(record), ...options })
            .then(
                () => false,
                () => true,
            );
        if (!failed) throw new Error("the update succeeded, and was expected to fail");
        return { record, seconds: (Date.now() - since) / 1000 };
    }

    /** A preview, with the differences in full. */
    public async preview(options: UpdateOptions = {}): Promise<Operation> {
        return await this.record((record) => this.target.preview({ ...this.options(record), diff: true, ...options }));
    }

    /** Its outputs. */
    public async outputs(): Promise<OutputMap> {
        return await this.target.outputs();
    }

    protected options(record: Operation) {
        const { onEvent, onOutput } = record;
        return { ...this.fixed, onEvent, onOutput, onError: onOutput, showSecrets: false };
    }

    protected async record(operation: (record: Operation) => Promise<unknown>): Promise<Operation> {
        const record = new Operation();
        try {
            await operation(record);
            return record;
        } catch (error) {
            throw record.errors === "" ? error : new Error(record.errors);
        }
    }
}
