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

const RELOAD = words({ 0: ["■ refused", COLOURS.critical], 1: ["OK", COLOURS.ok] });

const now = [
  number("Exporters down", "Targets of the chosen jobs that Prometheus cannot scrape.", `sum(up${self()} == bool 0)`, {
    steps: CRITICAL_IF_ANY,
  }),
  number("Hosts watched", "Hosts told by all exporters together.", "count(count by (host) (bmc_up))"),
  number(
    "Hosts told twice",
    "Hosts that two targets tell of: two shards poll them, or two jobs scrape them. Seen only where the scrape leaves `instance` on the series.",
    "count(count by (host) (bmc_up) > 1) or vector(0)",
    { steps: WARNING_IF_ANY },
  ),
  number("Unreachable", "Hosts that the last poll did not reach.", "sum(bmc_up == bool 0)", {
    steps: steps(COLOURS.ok, [1, COLOURS.unreachable]),
  }),
  number(
    "Configuration",
    "Whether the last load went well; where it did not, the old configuration stays in force.",
    `min(lightsout_config_last_reload_successful${self()})`,
    { mappings: RELOAD },
  ),
  number(
    "Polls skipped",
    "Share of the polls that were left out because the one before had not ended.",
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
  graph(
    "Late and skipped",
    "Polls that started later than due, or were left out: the lag against the schedule.",
    "ops",
    [
      { expr: per("lightsout_polls_late_total", "instance"), legend: "late {{instance}}" },
      { expr: per("lightsout_polls_skipped_total", "instance"), legend: "skipped {{instance}}" },
    ],
  ),
  graph("Queue", "Polls that are due and wait for a place.", "none", [
    { expr: `lightsout_queue_depth${self()}`, legend: "{{instance}}" },
  ]),
  graph(
    "Wait for a place",
    "Time polls waited: beyond a share of the interval, concurrency is too small.",
    "s",
    quantiles("lightsout_queue_wait_seconds"),
  ),
  graph(
    "Duration of polls",
    "Last poll of each host, by protocol and percentile.",
    "s",
    [0.5, 0.95, 0.99].map((share) => ({
      expr: `quantile by (protocol) (${share}, bmc_poll_duration_seconds * on (host) group_left (protocol) max by (host, protocol) (bmc_info))`,
      legend: `{{protocol}} ${share * 100} %`,
    })),
  ),
  graph("Slowest makes", "95th percentile of the last poll of each host, by who made the BMC.", "s", [
    {
      expr: "quantile by (manufacturer) (0.95, bmc_poll_duration_seconds * on (host) group_left (manufacturer) max by (host, manufacturer) (bmc_info))",
      legend: "{{manufacturer}}",
    },
  ]),
];

const failures = [
  graph(
    "Failed polls",
    "Polls a second that did not reach the BMC, by reason.",
    "ops",
    [{ expr: `sum by (reason) (rate(bmc_poll_failures_total${RATE})) > 0`, legend: "{{reason}}" }],
    { empty: "no poll failed" },
  ),
  graph(
    "Parts that fail",
    "Hosts that answer, but not to this part of the poll.",
    "none",
    [{ expr: "count by (part) (bmc_part_up == 0)", legend: "{{part}}" }],
    { empty: "every part is read", decimals: 0 },
  ),
  table({
    title: "Silent hosts",
    description: "Hosts that cannot be read now, at which step and why.",
    unit: "none",
    width: 8,
    height: 8,
    empty: "all hosts are reached",
    queries: [{ expr: "max by (host, stage, reason) (bmc_failure)" }],
    ...columns(
      [
        { field: "host", title: "Host", width: 150, links: [toHost("row")] },
        { field: "stage", title: "Fails at", width: 150 },
        { field: "reason", title: "Reason", width: 150 },
      ],
      { hide: ["Value"], sort: { by: "host", descending: false } },
    ),
  }),
];

const wire = [
  graph("Commands", "Commands sent a second, the ten most frequent.", "ops", [
    { expr: `topk(10, ${per("lightsout_commands_total", "command")})`, legend: "{{command}}" },
  ]),
  graph(
    "Refusals",
    "Responses with a completion code that is not 00.",
    "ops",
    [
      {
        expr: `sum by (command, completion_code) (rate(lightsout_responses_total${self('completion_code!="00"')}${RATE})) > 0`,
        legend: "{{command}} {{completion_code}}",
      },
    ],
    { empty: "no command is refused" },
  ),
  graph("Retries", "Share of the commands that were sent again: lossy networks and slow BMCs.", "percentunit", [
    {
      expr: `sum by (instance) (rate(lightsout_retries_total${self()}${RATE})) / sum by (instance) (rate(lightsout_commands_total${self()}${RATE}))`,
      legend: "{{instance}}",
    },
  ]),
  graph("Round trip", "Time from a request to its answer.", "s", quantiles("lightsout_round_trip_seconds")),
  graph("Packets", "Datagrams a second, and those received that were not used.", "pps", [
    { expr: per("lightsout_packets_total", "direction"), legend: "{{direction}}" },
    { expr: per("lightsout_packets_dropped_total", "reason"), legend: "dropped: {{reason}}" },
  ]),
  graph(
    "Sessions",
    "Sessions open now.",
    "none",
    [{ expr: `lightsout_sessions_open${self()}`, legend: "{{instance}}" }],
    { decimals: 0 },
  ),
  graph("Sessions opened", "A session is kept and used again: many new ones are BMCs that end them.", "ops", [
    { expr: per("lightsout_sessions_opened_total", "kind"), legend: "{{kind}}" },
  ]),
  graph(
    "Sensor repositories from the cache",
    "Share that did not have to be walked.",
    "percentunit",
    [
      {
        expr: `sum by (instance) (rate(lightsout_sdr_cache_requests_total${self('result="hit"')}${RATE})) / (sum by (instance) (rate(lightsout_sdr_cache_requests_total${self()}${RATE})) > 0)`,
        legend: "{{instance}}",
      },
    ],
    { max: 1, empty: "none was wanted" },
  ),
];

const process = [
  graph(
    "Processor",
    "Seconds of processor time a second.",
    "none",
    [{ expr: `rate(process_cpu_seconds_total${self()}${RATE})`, legend: "{{instance}}" }],
    { decimals: 2 },
  ),
  graph("Memory", "Resident memory.", "bytes", [
    { expr: `process_resident_memory_bytes${self()}`, legend: "{{instance}}" },
  ]),
  graph("Event loop", "How late the event loop is: above 20 ms polling and serving hold each other up.", "s", [
    { expr: `lightsout_event_loop_delay_seconds${self('statistic=~"p99|max"')}`, legend: "{{instance}} {{statistic}}" },
  ]),
  graph(
    "Size of a scrape",
    "Samples that Prometheus reads of each exporter.",
    "none",
    [{ expr: `scrape_samples_scraped${self()}`, legend: "{{instance}}" }],
    { decimals: 0 },
  ),
  graph("Duration of a scrape", "Time Prometheus waits for each exporter.", "s", [
    { expr: `scrape_duration_seconds${self()}`, legend: "{{instance}}" },
  ]),
  table({
    title: "Versions",
    description: "What runs where, and when its configuration was last loaded.",
    unit: "none",
    width: 8,
    height: 8,
    queries: [
      { expr: `max by (instance, version, node) (lightsout_build_info${self()})` },
      { expr: `max by (instance) (lightsout_config_last_reload_success_timestamp_seconds${self()}) * 1000` },
    ],
    ...columns(
      [
        { field: "instance", title: "Exporter", width: 180 },
        { field: "version", title: "Version", width: 80 },
        { field: "node", title: "Node.js", width: 90 },
        { field: "Value #B", title: "Configuration", width: 150, unit: "dateTimeFromNow" },
      ],
      { joined: "instance", hide: ["Value #A"], shown: ["instance"] },
    ),
  }),
];

/** dashboards/bmc-exporter.json: is anybody watching? */
export const exporter = (): Dashboard =>
  board({
    uid: UID.exporter,
    title: "BMC / Exporter",
    description: "Is anybody watching? The exporter itself, its rounds and what it sees on the wire.",
    variables: exporters(),
    sections: [
      { question: "Is everything watched?", tiles: now },
      { question: "Does it keep its rounds?", tiles: rounds },
      { question: "Who does not answer?", tiles: failures },
      { question: "What goes over the wire?", tiles: wire },
      { question: "Has the process room to breathe?", tiles: process },
    ],
  });
