import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { monitoring } from "../../authentik/monitoring";
import { run, tryRun } from "../../cli/run";
import { eventually } from "../contract/support/containers";
import { freePorts } from "./support/ports";

const { prometheus, alerts, dashboard } = monitoring("prod", [
    { host: "authentik-server", role: "server" },
    { host: "ak-outpost-home", role: "outpost" },
]);
const job = 'job="authentik-prod"';

/** What raises each alert, a value every minute, and when it has to be there. */
const raised: Record<string, { series: string; values: string; at: string }> = {
    AuthentikDown: { series: `up{${job}, container="authentik-server"}`, values: "0x20", at: "5m" },
    AuthentikRestarts: { series: `process_start_time_seconds{${job}}`, values: "0 60 120 180 240 300", at: "5m" },
    AuthentikOutpostDisconnected: { series: `authentik_outpost_connection{${job}}`, values: "0x20", at: "10m" },
    AuthentikOutpostSilent: {
        series: `authentik_outposts_last_update{${job}, outpost="o"}`,
        values: "0x40",
        at: "20m",
    },
};

describe("the files for Prometheus and Grafana", function () {
    this.timeout(300_000);
    let folder: string;
    let bin: string;

    before(async function () {
        folder = mkdtempSync(join(tmpdir(), "authentik-stack-prometheus-"));
        writeFileSync(join(folder, "prometheus.yml"), prometheus);
        writeFileSync(join(folder, "alerts.yml"), alerts);
        bin = join(folder, "usr/bin");
        // Debian's package, unpacked: installing it would start it.
        await tryRun("apt-get", ["download", "prometheus"], { cwd: folder });
        const [archive] = readdirSync(folder).filter((name) => name.endsWith(".deb"));
        if (archive !== undefined) await run("dpkg", ["-x", archive, "."], { cwd: folder });
        if (existsSync(join(bin, "promtool"))) return;
        console.log("      Debian's package prometheus cannot be had here, so the files are not checked");
        this.skip();
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("pass promtool", async () => {
        const { code, stdout, stderr } = await tryRun(join(bin, "promtool"), ["check", "config", "prometheus.yml"], {
            cwd: folder,
        });
        expect(code, stdout + stderr).to.equal(0);
        expect(stdout).to.contain(`SUCCESS: ${Object.keys(raised).length} rules found`);
    });

    it("raise each alert, and none while all is well", async () => {
        const rules = (parse(alerts) as { groups: { rules: { alert: string }[] }[] }).groups.flatMap(
            (group) => group.rules,
        );
        expect(rules.map(({ alert }) => alert)).to.have.members(Object.keys(raised));
        const well = Object.values(raised).map(({ series }) => ({ series, values: "1x40" }));
        const alertRules = (at: string, expected: object) =>
            rules.map(({ alert }) => ({ alertname: alert, eval_time: at, ...expected }));
        const tests = [
            // Not the one that compares with the clock.
            { interval: "1m", input_series: well.slice(0, 3), alert_rule_test: alertRules("15m", {}) },
            ...Object.values(raised).map(({ series, values, at }) => ({
                interval: "1m",
                input_series: [{ series, values }],
                promql_expr_test: [
                    { expr: "count(ALERTS{alertstate='firing'})", eval_time: at, exp_samples: [{ value: 1 }] },
                ],
            })),
        ];
        writeFileSync(
            join(folder, "test.yml"),
            stringify({ rule_files: ["alerts.yml"], evaluation_interval: "1m", tests }),
        );
        const { code, stdout, stderr } = await tryRun(join(bin, "promtool"), ["test", "rules", "test.yml"], {
            cwd: folder,
        });
        expect(code, stdout + stderr).to.equal(0);
    });

    it("are what a Prometheus scrapes with, and the dashboard asks for what it can answer", async () => {
        // One sample of each metric, as server, worker and outpost of 2025.8.4 have them.
        const page = readFileSync(join(__dirname, "../support/metrics.txt"), "utf8");
        const authentik = await listening(createServer((_, response) => response.end(page)));
        const [port = 0] = await freePorts(1);
        const target = `127.0.0.1:${(authentik.address() as AddressInfo).port}`;
        const here = prometheus.replaceAll(/(authentik-server|ak-outpost-home):9300/g, target).replace("30s", "1s");
        writeFileSync(join(folder, "here.yml"), here);
        const args = ["--config.file=here.yml", "--storage.tsdb.path=data", `--web.listen-address=127.0.0.1:${port}`];
        const server = spawn(join(bin, "prometheus"), args, { cwd: folder, stdio: "ignore" });
        const ask = async (expr: string) => {
            const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
            return (await answer.json()) as { status: string; data: { result: unknown[] } };
        };
        try {
            await eventually("two targets that answer", 60, async () => {
                const answer = await ask(`up{${job}} == 1`).catch(() => undefined);
                return answer?.data.result.length === 2;
            });
            const { panels } = JSON.parse(dashboard) as { panels: { title: string; targets: { expr: string }[] }[] };
            for (const { title, targets } of panels)
                for (const { expr } of targets) {
                    expect(await ask(expr), title).to.have.property("status", "success");
                    const [metric = ""] = /(authentik|django|process)_\w+/.exec(expr) ?? ["up"];
                    expect(`up\n${page}`, title).to.match(new RegExp(`^${metric}\\b`, "m"));
                }
        } finally {
            server.kill();
            authentik.close();
        }
    });
});

function listening(server: Server): Promise<Server> {
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
