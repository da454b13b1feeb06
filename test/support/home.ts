import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A user's own folder, for one test. */
export interface Home {
    folder: string;
    /** Writes a file of it, an object as JSON, and returns its whole path. */
    write: (path: string, content: string | object, mode?: number) => string;
}

/** Gives each test of the surrounding `describe` an empty one. */
export function emptyHome(): Home {
    const home: Home = {
        folder: "",
        write: (path, content, mode = 0o600) => {
            const file = join(home.folder, path);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content), { mode });
            return file;
        },
    };
    beforeEach(() => {
        home.folder = mkdtempSync(join(tmpdir(), "home-"));
    });
    afterEach(() => rmSync(home.folder, { recursive: true }));
    return home;
}
