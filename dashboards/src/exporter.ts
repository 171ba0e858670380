import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import { COLOURS, CRITICAL_IF_ANY, steps, WARNING_IF_ANY, words } from "./colours.ts";
import { columns } from "./columns.ts";
import { toHost, UID } from "./links.ts";
import { lines, type Query, type Spec, stat, type Tile, table } from "./panels.ts";
import { self } from "./queries.ts";
import { exporters } from "./variables.ts";

const RATE = "[$__rate_interval]";

const graph = (
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  more: Partial<Spec> = {},
): Tile => lines({ title, description, unit, width: 8, height: 8, min: 0, queries, ...more });

const number = (title: string, description: string, expr: string, more: Partial<Spec> = {}): Tile =>
  stat({ title, description, unit: "none", width: 4, height: 4, queries: [{ expr, legend: title }], ...more });

const RELOAD = words({ 0: ["■ rejected", COLOURS.critical], 1: ["OK", COLOURS.ok] });

const YES = words({ 0: ["no", COLOURS.ok], 1: ["▲ yes", COLOURS.warning] });
const DIFFERS = words({ 0: ["equal", COLOURS.ok], 1: ["▲ differs", COLOURS.warning] });

const now = [
  number("Exporters down", "Targets of the chosen jobs that Prometheus cannot scrape.", `sum(up${self()} == bool 0)`, {
    steps: CRITICAL_IF_ANY,
  }),
  number("Hosts", "Hosts that all exporters together export.", "count(count by (host) (bmc_up))"),
  number(
    "Hosts exported twice",
    "Hosts that two targets export: two shards poll them, or two jobs scrape them. Detected only if scraping keeps `instance` on the series.",
    "count(count by (host) (bmc_up) > 1) or count(bmc_up) * 0",
    { steps: WARNING_IF_ANY },
  ),
  number("Unreachable", "Hosts whose BMC was unreachable in the last poll.", "sum(bmc_up == bool 0)", {
    steps: steps(COLOURS.ok, [1, COLOURS.unreachable]),
  }),
  number(
    "Configuration",
    "Whether the last reload succeeded. Otherwise the previous configuration is still used.",
    `min(lightsout_config_last_reload_successful${self()})`,
    { mappings: RELOAD },
  ),
  number(
    "Polls skipped",
    "Share of the polls that were skipped because the previous poll was still running.",
    `sum(rate(lightsout_polls_skipped_total${self()}[15m])) / (sum(rate(lightsout_polls_skipped_total${self()}[15m])) + sum(rate(lightsout_polls_total${self()}[15m])))`,
    {
      unit: "percentunit",
      decimals: 1,
      steps: steps(COLOURS.ok, [0.01, COLOURS.warning], [0.05, COLOURS.critical]),
    },
  ),
];

const per = (family: string, label: string): string => `sum by (${label}) (rate(${family}${self()}${RATE}))`;
const quantileOf = (share: number, family: string): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${family}_bucket${self()}${RATE})))`;
const quantiles = (family: string): readonly Query[] =>
  [0.5, 0.95, 0.99].map((share) => ({ expr: quantileOf(share, family), legend: `${share * 100} %` }));

const rounds = [
  graph("Polls", "Polls that ended, by outcome.", "ops", [
    { expr: per("lightsout_polls_total", "outcome"), legend: "{{outcome}}" },
  ]),
  graph("Late and skipped", "Polls that started late or were skipped.", "ops", [
    { expr: per("lightsout_polls_late_total", "instance"), legend: "late {{instance}}" },
    { expr: per("lightsout_polls_skipped_total", "instance"), legend: "skipped {{instance}}" },
  ]),
  graph("Queue", "Polls that are due and wait for a free slot.", "none", [
    { expr: `lightsout_queue_depth${self()}`, legend: "{{instance}}" },
  ]),
  graph(
    "Wait for a slot",
    "How long polls waited for a free slot. If it is a large part of the interval, raise the concurrency.",
    "s",
    quantiles("lightsout_queue_wait_seconds"),
  ),
  graph(
    "Duration of polls",
    "Duration of the last poll of each host, by protocol and percentile.",
    "s",
    [0.5, 0.95, 0.99].map((share) => ({
      expr: `quantile by (protocol) (${share}, bmc_poll_duration_seconds * on (host) group_left (protocol) max by (host, protocol) (bmc_info))`,
      legend: `{{protocol}} ${share * 100} %`,
    })),
    { points: 60 },
  ),
  graph(
    "Slowest manufacturers",
    "95th percentile of the duration of the last poll, by manufacturer.",
    "s",
    [
      {
        expr: "quantile by (manufacturer) (0.95, bmc_poll_duration_seconds * on (host) group_left (manufacturer) max by (host, manufacturer) (bmc_info))",
        legend: "{{manufacturer}}",
      },
    ],
    { points: 60 },
  ),
];

const failures = [
  graph(
    "Failed polls",
    "Failed polls per second, by reason.",
    "ops",
    [{ expr: `sum by (reason) (rate(bmc_poll_failures_total${RATE})) > 0`, legend: "{{reason}}" }],
    { empty: "none reported" },
  ),
  graph(
    "Failed parts",
    "Reachable hosts for which this part of the poll fails.",
    "none",
    [{ expr: "count by (part) (bmc_part_up == 0)", legend: "{{part}}" }],
    { empty: "none reported", decimals: 0 },
  ),
  table({
    title: "Unreachable hosts",
    description: "Hosts that cannot be polled, with the stage and the reason.",
    unit: "none",
    width: 8,
    height: 8,
    empty: "none reported",
    queries: [{ expr: "max by (host, stage, reason) (bmc_failure)" }],
    ...columns(
      [
        { field: "host", title: "Host", width: 85, links: [toHost("row")] },
        { field: "stage", title: "Stage", width: 95 },
        { field: "reason", title: "Reason", width: 95 },
      ],
      { hide: ["Value"], sort: { by: "host", descending: false } },
    ),
  }),
];

const wire = [
  graph("Commands", "Commands per second, the ten most frequent.", "ops", [
    { expr: `topk(10, ${per("lightsout_commands_total", "command")})`, legend: "{{command}}" },
  ]),
  graph(
    "Errors",
    "Responses per second with a completion code other than 00h.",
    "ops",
    [
      {
        expr: `sum by (command, completion_code) (rate(lightsout_responses_total${self('completion_code!="00"')}${RATE})) > 0`,
        legend: "{{command}} {{completion_code}}",
      },
    ],
    { empty: "none reported" },
  ),
  graph(
    "Retries",
    "Share of the commands that were sent again. Common causes are packet loss and slow BMCs.",
    "percentunit",
    [
      {
        expr: `sum by (instance) (rate(lightsout_retries_total${self()}${RATE})) / sum by (instance) (rate(lightsout_commands_total${self()}${RATE}))`,
        legend: "{{instance}}",
      },
    ],
  ),
  graph("Round trip", "Time from a request to its response.", "s", quantiles("lightsout_round_trip_seconds")),
  graph("Packets", "Datagrams per second, and received datagrams that were dropped.", "pps", [
    { expr: per("lightsout_packets_total", "direction"), legend: "{{direction}}" },
    { expr: per("lightsout_packets_dropped_total", "reason"), legend: "dropped: {{reason}}" },
  ]),
  graph("Sessions", "Open sessions.", "none", [{ expr: `lightsout_sessions_open${self()}`, legend: "{{instance}}" }], {
    decimals: 0,
  }),
  graph(
    "Sessions opened",
    "New sessions per second. Sessions are reused, so many new ones mean that BMCs close them.",
    "ops",
    [{ expr: per("lightsout_sessions_opened_total", "kind"), legend: "{{kind}}" }],
  ),
  graph(
    "SDR cache hits",
    "Share of the sensor repositories that were found in the cache and not read from the BMC.",
    "percentunit",
    [
      {
        expr: `sum by (instance) (rate(lightsout_sdr_cache_requests_total${self('result="hit"')}${RATE})) / (sum by (instance) (rate(lightsout_sdr_cache_requests_total${self()}${RATE})) > 0)`,
        legend: "{{instance}}",
      },
    ],
    { max: 1, empty: "none reported" },
  ),
];

const process = [
  graph(
    "CPU",
    "CPU seconds per second.",
    "none",
    [{ expr: `rate(process_cpu_seconds_total${self()}${RATE})`, legend: "{{instance}}" }],
    { decimals: 2 },
  ),
  graph("Memory", "Resident memory.", "bytes", [
    { expr: `process_resident_memory_bytes${self()}`, legend: "{{instance}}" },
  ]),
  graph("Event loop", "Delay of the event loop. Above 20 ms, the exporter needs more CPU.", "s", [
    { expr: `lightsout_event_loop_delay_seconds${self('statistic=~"p99|max"')}`, legend: "{{instance}} {{statistic}}" },
  ]),
  graph(
    "Size of a scrape",
    "Samples per scrape of each exporter.",
    "none",
    [{ expr: `scrape_samples_scraped${self()}`, legend: "{{instance}}" }],
    { decimals: 0 },
  ),
  graph("Duration of a scrape", "Duration of the scrape of each exporter.", "s", [
    { expr: `scrape_duration_seconds${self()}`, legend: "{{instance}}" },
  ]),
  table({
    title: "Versions",
    description: "Version of each exporter, and when its configuration was last loaded.",
    unit: "none",
    width: 8,
    height: 8,
    queries: [
      { expr: `max by (instance, version, node) (lightsout_build_info${self()})` },
      { expr: `max by (instance) (lightsout_config_last_reload_success_timestamp_seconds${self()}) * 1000` },
    ],
    ...columns(
      [
        { field: "instance", title: "Exporter", width: 75 },
        { field: "version", title: "Version", width: 65 },
        { field: "node", title: "Node.js", width: 65 },
        { field: "Value #B", title: "Loaded", width: 75, unit: "dateTimeFromNow" },
      ],
      { joinedBy: "instance", hide: ["Value #A"], shown: ["instance"] },
    ),
  }),
];

const NO_CLUSTER = "none reported";

const servers = [
  table({
    title: "Servers of the cluster",
    description: "The servers that share the inventory. The other servers poll the hosts of a server that is down.",
    unit: "none",
    width: 10,
    height: 8,
    empty: NO_CLUSTER,
    queries: [
      { expr: `max by (server) (lightsout_cluster_server_hosts${self()})` },
      { expr: `max by (server) (lightsout_cluster_server_drained${self()})` },
      { expr: `max by (server) (lightsout_cluster_server_inventory_differs${self()})` },
      { expr: `max by (server) (lightsout_cluster_server_moved_timestamp_seconds${self()}) * 1000` },
    ],
    ...columns(
      [
        { field: "server", title: "Server", width: 85 },
        { field: "Value #A", title: "Hosts", width: 60, unit: "none" },
        { field: "Value #B", title: "Drained", width: 65, unit: "none", mappings: YES },
        { field: "Value #C", title: "Inventory", width: 75, unit: "none", mappings: DIFFERS },
        { field: "Value #D", title: "Last move", width: 85, unit: "dateTimeFromNow" },
      ],
      { joinedBy: "server", shown: ["server"] },
    ),
  }),
  graph(
    "Hosts of each server",
    "Hosts that each server of the cluster polls, and hosts that none polls.",
    "none",
    [
      { expr: `max by (server) (lightsout_cluster_server_hosts${self()})`, legend: "{{server}}" },
      { expr: `min(lightsout_cluster_unowned_hosts${self()})`, legend: "not polled" },
    ],
    { empty: NO_CLUSTER, decimals: 0, width: 7 },
  ),
  graph(
    "Lease",
    "Time until the lease of each server ends if etcd does not renew it. At 0 a server polls nothing.",
    "s",
    [{ expr: `lightsout_cluster_lease_remaining_seconds${self()}`, legend: "{{instance}}" }],
    { empty: NO_CLUSTER, width: 7 },
  ),
];

/** dashboards/bmc-exporter.json: are the hosts monitored? */
export const exporter = (): Dashboard =>
  board({
    uid: UID.exporter,
    title: "BMC / Exporter",
    description: "The exporters: polls, failures, network traffic and resources.",
    variables: exporters(),
    sections: [
      { question: "Are all hosts monitored?", tiles: now },
      { question: "Do polls run on time?", tiles: rounds },
      { question: "Which hosts fail?", tiles: failures },
      { question: "What is sent and received?", tiles: wire },
      { question: "Are CPU and memory sufficient?", tiles: process },
      { question: "Which server polls what?", tiles: servers },
    ],
  });
