import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Bed } from "./bed";
import { eventually, start, type Container } from "./containers";
import { firstRecorded, recorded } from "./exchanges";
import { ask, statusOf } from "./http";
import { expectRecorded } from "./matching";

// A required !Find that finds nothing: its blueprint ends in the status `error`.
const requiredFindMisses = `version: 1
metadata: { name: ct - findreq }
entries:
  - model: authentik_providers_oauth2.oauth2provider
    identifiers: { name: ct-findreq }
    attrs:
      authorization_flow: !Find [authentik_flows.flow, [slug, no-such-flow]]
      invalidation_flow: !Find [authentik_flows.flow, [slug, no-such-flow]]
      redirect_uris: []
`;

/** One whole system: server, worker, an application and three proxy outposts (a: proxy, b: forward_single, c: two applications). */
export class Stack {
    readonly ports: Record<string, number> = {};
    server!: Container;
    worker!: Container;

    /** @param bed Default: of the release that was recorded first. */
    constructor(readonly bed = new Bed()) {}

    /** Brings everything up and waits until the outposts serve. */
    async open(): Promise<void> {
        const { bed, ports } = this;
        await bed.open();
        this.server = await bed.authentik("server", ["server"]);
        await bed.answers(this.server, "/-/health/ready/", 200);
        ports["server"] = await this.server.port(9000);
        await this.beforeAnyBlueprint();
        await this.applyEverything();
        await start("app", { image: bed.images.app, aliases: ["app"] });
        for (const name of ["a", "b", "c"]) {
            const outpost = await bed.outpost(`outpost-${name}`, "proxy", `outpost_${name}_token`);
            await outpost.healthy(30);
            ports[name] = await outpost.port(9000);
            ports[`${name} metrics`] = await outpost.port(9300);
        }
        Object.assign(ports, {
            "server metrics": await this.server.port(9300),
            worker: await this.worker.port(9000),
            "worker metrics": await this.worker.port(9300),
        });
        await this.serves("a", "app-a.test:19080");
        await this.serves("b", "app-b.test:18080");
        await this.serves("c", "app-c1.test:19090");
    }

    /** Waits until an outpost leads a browser to the sign-in of an application. */
    async serves(outpost: string, host: string): Promise<void> {
        const port = this.ports[outpost] ?? 0;
        await eventually(
            `outpost ${outpost} serves`,
            60,
            async () => (await statusOf(port, "/outpost.goauthentik.io/start", { host })) === 302,
        );
    }

    /** One object of a list in the API, as the administrator sees it. */
    async object(path: string): Promise<{ pk: string }> {
        const headers = { authorization: `Bearer ${this.bed.secrets.admin_token}` };
        const { body } = await ask(this.ports["server"] ?? 0, { path: `/api/v3/${path}`, headers });
        const [first] = (JSON.parse(body) as { results: { pk: string }[] }).results;
        if (first === undefined) throw new Error(`nothing at ${path}: ${body}`);
        return first;
    }

    // There is no worker yet and no job: authentik's own blueprints are known and not applied.
    protected async beforeAnyBlueprint(): Promise<void> {
        const path = "/if/flow/default-authentication-flow/";
        const answered = await ask(this.ports["server"] ?? 0, { path, headers: { host: "auth.test:19000" } });
        const exchange = recorded("first boot: login page after ready=200, before its blueprint was applied");
        const { body, ...response } = exchange.response;
        const isSame = this.bed.release === firstRecorded;
        expectRecorded(answered, { ...exchange, response: isSame ? { ...response, body } : response });
    }

    protected async applyEverything(): Promise<void> {
        await this.applyOurs();
        await this.startWorker();
        await this.workerApplied();
    }

    /** Applies what the exchanges are about. */
    protected async applyOurs(): Promise<void> {
        const names = ["admin", "outpost-a", "outpost-b", "outpost-c"];
        const { code, log } = await this.bed.apply(names.map((name) => `custom/${name}.yaml`));
        expect(code, log).to.equal(0);
    }

    /** Starts the worker with blueprints of its own: one that it can apply, and one that it cannot. */
    protected async startWorker(): Promise<void> {
        const { bed } = this;
        const custom = join(bed.folder, "custom");
        mkdirSync(custom);
        cpSync(join(bed.blueprints, "paperless.yaml"), join(custom, "paperless.yaml"));
        writeFileSync(join(custom, "zz-err.yaml"), requiredFindMisses);
        this.worker = await bed.authentik("worker", ["worker"], {}, custom);
    }

    protected async workerApplied(): Promise<void> {
        for (const outcome of ["paperless.yaml&status=successful", "zz-err.yaml&status=error"]) {
            const there = () => this.object(`managed/blueprints/?path=custom/${outcome}`).then(Boolean, () => false);
            await eventually(`the worker's ${outcome}`, 60, there);
        }
    }
}
