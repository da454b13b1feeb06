import { writeFileSync } from "node:fs";
import { officialImages } from "../../authentik/images";
import type { StandInImages } from "../../cli/offline";
import { Bed } from "./support/bed";
import { eventually } from "./support/containers";
import { type Exchange, firstRecorded, recordingOf } from "./support/exchanges";
import { statusOf } from "./support/http";
import { redacted } from "./support/redaction";
import { Stack } from "./support/stack";
import { asked, Visitor } from "./support/visitor";

// `PATIENCE=15 npx tsx test/contract/record.ts 2026.2.2` writes http-2026.2.2.json: what the official images of a release answer to
// what was asked of the first one.
const [release = ""] = process.argv.slice(2);
if (release === firstRecorded) throw new Error(`${release} was recorded with more than is asked here: it stays`);

/** The official images, beside the stand-ins of PostgreSQL and of an application. */
class OfficialBed extends Bed {
    protected override async findImages(): Promise<StandInImages> {
        const { server, proxy } = officialImages(release);
        return { ...(await super.findImages()), server, proxy };
    }
}

/** Whose worker applies authentik's own blueprints, which others refer to, and whose answers are not yet known. */
class OfficialStack extends Stack {
    protected override async beforeAnyBlueprint(): Promise<void> {}

    protected override async applyEverything(): Promise<void> {
        await this.startWorker();
        const login = "/if/flow/default-authentication-flow/";
        const port = this.ports["server"] ?? 0;
        await eventually("authentik's own blueprints", 60, async () => (await statusOf(port, login)) === 200);
        await this.applyOurs();
        await this.workerApplied();
    }
}

async function record(): Promise<Exchange[]> {
    const stack = new OfficialStack(new OfficialBed());
    try {
        await stack.open();
        const visitor = new Visitor(stack);
        await visitor.open();
        const exchanges: Exchange[] = [];
        for (const exchange of asked) {
            const answered = await visitor.ask(exchange);
            const { name, request } = exchange;
            exchanges.push({ name, request, response: redacted(answered, exchange, visitor.values) });
        }
        return exchanges;
    } finally {
        await stack.bed.close();
    }
}

void record().then((exchanges) => {
    writeFileSync(recordingOf(release), `${JSON.stringify(exchanges, undefined, 1)}\n`);
});
