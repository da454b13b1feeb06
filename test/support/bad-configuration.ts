import { RunError } from "@pulumi/pulumi";
import { loadConfig } from "../../config/load";
import { type Configuration, project } from "./configuration";
import { startMocks } from "./mocks";

/** A problem as the error shows it; an undefined value is not shown. */
export type Shown = [key: string, value: unknown, cure: string];

/** A change to the development configuration, and every problem that the error has to list. */
export interface BadRow {
    wrong: string;
    changes: Record<string, unknown>;
    secretKeys?: string[];
    problems: Shown[];
}

/** The error that a configuration ends the program with; undefined when there is none. */
export async function errorOf(configuration: Configuration, secretKeys: string[] = []): Promise<string | undefined> {
    await startMocks({ configuration, secretKeys });
    try {
        loadConfig();
        return undefined;
    } catch (error) {
        // Of this class the CLI prints the message alone, without a stack trace.
        if (error instanceof RunError) return error.message;
        throw error;
    }
}

/** Whether a line of the error shows the problem's key and value, and says what to do. */
export function showsProblem(line: string, [key, value, cure]: Shown): boolean {
    const start = `  ${project}:${key}`;
    const starts =
        value === hidden
            ? [`${start} = [secret] `, `${start} = "[in plain text]" `]
            : [value === undefined ? `${start} ` : `${start} = ${JSON.stringify(value)} `];
    return starts.some((expected) => line.startsWith(expected) && line.slice(expected.length).includes(cure));
}

/** Stands for a value that is secret and must not be shown. */
export const hidden = Symbol("hidden");
