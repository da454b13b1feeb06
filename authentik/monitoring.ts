import { stringify } from "yaml";
import { metricsPort } from "./roles";

/** A container whose metrics are read. */
export interface Scraped {
    /** Its name on the network `monitoring`. */
    host: string;
    role: "server" | "worker" | "outpost";
}

/** What a Prometheus and a Grafana are given, as texts of files. */
export interface Monitoring {
    /** prometheus.yml, which reads alerts.yml beside it. */
    prometheus: string;
    /** alerts.yml. */
    alerts: string;
    /** A dashboard of Grafana, to import. */
    dashboard: string;
}

/** The files for a Prometheus on the network `monitoring`, and for a Grafana that asks it. */
export function monitoring(stack: string, scraped: Scraped[]): Monitoring {
    const job = `authentik-${stack}`;
    return {
        prometheus: stringify({
            global: { scrape_interval: "30s", evaluation_interval: "30s" },
            rule_files: ["alerts.yml"],
            scrape_configs: [
                {
                    job_name: job,
                    static_configs: scraped.map(({ host, role }) => ({
                        targets: [`${host}:${metricsPort}`],
                        labels: { role, container: host },
                    })),
                },
            ],
        }),
        alerts: stringify({ groups: [{ name: job, rules: rules(job) }] }, { lineWidth: 0 }),
        dashboard: `${JSON.stringify(dashboard(job), undefined, 2)}\n`,
    };
}

/**
 * Alerts, each for something that authentik has a metric for.
 *
 * Source: the metrics of 2025.8.4, as run; internal/outpost/ak/metrics.go, authentik/outposts/apps.py.
 */
function rules(job: string): object[] {
    const of = `job="${job}"`;
    return [
        rule("AuthentikDown", `up{${of}} == 0`, "2m", "critical", {
            summary: "{{ $labels.container }} does not answer",
            description:
                "Its metrics port does not answer. Run `pulumi up`: it starts what stopped, or says why it cannot.",
        }),
        rule("AuthentikRestarts", `changes(process_start_time_seconds{${of}}[30m]) > 2`, "0m", "warning", {
            summary: "{{ $labels.container }} keeps restarting",
            description: "It started more than twice in half an hour. `docker logs` shows why it ended.",
        }),
        rule("AuthentikOutpostDisconnected", `authentik_outpost_connection{${of}} == 0`, "5m", "critical", {
            summary: "the outpost {{ $labels.outpost_name }} has lost its connection to authentik",
            description: "It keeps its last configuration and receives no changes. Its log says why it cannot connect.",
        }),
        rule(
            "AuthentikOutpostSilent",
            `time() - max by (outpost) (authentik_outposts_last_update{${of}}) > 600`,
            "5m",
            "critical",
            {
                summary: "authentik has not heard from the outpost {{ $labels.outpost }}",
                description:
                    "Check whether it runs, and whether it reaches authentik's URL. This includes outposts on other hosts.",
            },
        ),
    ];
}

function rule(
    alert: string,
    expr: string,
    duration: string,
    severity: string,
    annotations: { summary: string; description: string },
): object {
    return { alert, expr, for: duration, labels: { severity }, annotations };
}

/** Panels of half the width, two in a row. Source: Grafana's JSON model of dashboards, schema version 39. */
function dashboard(job: string): object {
    const of = `job="${job}"`;
    const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}{${of}}[5m]))`;
    const slowest = (metric: string, by: string) =>
        `histogram_quantile(0.95, ${rate(`${metric}_bucket`, `le, ${by}`)})`;
    const panels: [title: string, unit: string, expr: string, legend: string][] = [
        ["Answers", "short", `up{${of}}`, "{{container}}"],
        ["Outposts connected", "short", `authentik_outpost_connection{${of}}`, "{{outpost_name}}"],
        ["Requests to the server", "reqps", rate("authentik_main_request_duration_seconds_count", "dest"), "{{dest}}"],
        [
            "95 % of requests are faster than",
            "s",
            slowest("authentik_main_request_duration_seconds", "dest"),
            "{{dest}}",
        ],
        [
            "Stages of sign-in: 95 % are faster than",
            "s",
            slowest("authentik_flows_execution_stage_time", "stage_type"),
            "{{stage_type}}",
        ],
        [
            "Requests through proxies",
            "reqps",
            rate("authentik_outpost_proxy_request_duration_seconds_count", "host"),
            "{{host}}",
        ],
        ["Tasks of the worker", "ops", rate("authentik_tasks_total", "actor_name"), "{{actor_name}}"],
        ["Tasks that failed", "ops", rate("authentik_tasks_errors_total", "actor_name"), "{{actor_name}}"],
        ["Queries to the database", "ops", rate("django_db_execute_total", "container"), "{{container}}"],
        ["Memory", "bytes", `process_resident_memory_bytes{${of}}`, "{{container}}"],
    ];
    const datasource = { type: "prometheus", uid: "${datasource}" };
    return {
        title: `authentik: ${job}`,
        uid: job.slice(0, 40),
        schemaVersion: 39,
        editable: true,
        refresh: "30s",
        time: { from: "now-6h", to: "now" },
        templating: { list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }] },
        panels: panels.map(([title, unit, expr, legendFormat], index) => ({
            id: index + 1,
            title,
            type: "timeseries",
            datasource,
            gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
            fieldConfig: { defaults: { unit }, overrides: [] },
            targets: [{ refId: "A", datasource, expr, legendFormat }],
        })),
    };
}
