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
  number(
    "Exporters down",
    "Targets of the selected jobs that Prometheus cannot scrape.",
    `sum(up${self()} == bool 0)`,
    {
      steps: CRITICAL_IF_ANY,
    },
  ),
  number("Hosts monitored", "Hosts exported by all exporters together.", "count(count by (host) (bmc_up))"),
  number(
    "Hosts exported twice",
    "Hosts that two targets export, because two shards poll them or two jobs scrape them. Only works if the scrape keeps `instance` on the series.",
    "count(count by (host) (bmc_up) > 1) or vector(0)",
    { steps: WARNING_IF_ANY },
  ),
  number("Unreachable", "Hosts that the last poll did not reach.", "sum(bmc_up == bool 0)", {
    steps: steps(COLOURS.ok, [1, COLOURS.unreachable]),
  }),
  number(
    "Configuration",
    "Whether the last load of the configuration succeeded. After a failure the previous configuration stays in use.",
    `min(lightsout_config_last_reload_successful${self()})`,
    { mappings: RELOAD },
  ),
  number(
    "Polls skipped",
    "Share of the polls that were skipped because the previous poll was still in progress.",
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
  graph("Polls", "Completed polls, by outcome.", "ops", [
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
    "Waiting time",
    "Time that polls waited for a free slot. If it is a considerable share of the interval, raise the concurrency.",
    "s",
    quantiles("lightsout_queue_wait_seconds"),
  ),
  graph(
    "Poll duration",
    "Duration of the last poll of each host, by protocol and percentile.",
    "s",
    [0.5, 0.95, 0.99].map((share) => ({
      expr: `quantile by (protocol) (${share}, bmc_poll_duration_seconds * on (host) group_left (protocol) max by (host, protocol) (bmc_info))`,
      legend: `{{protocol}} ${share * 100} %`,
    })),
  ),
  graph(
    "Poll duration by manufacturer",
    "95th percentile of the last poll of each host, by manufacturer of the BMC.",
    "s",
    [
      {
        expr: "quantile by (manufacturer) (0.95, bmc_poll_duration_seconds * on (host) group_left (manufacturer) max by (host, manufacturer) (bmc_info))",
        legend: "{{manufacturer}}",
      },
    ],
  ),
];

const failures = [
  graph(
    "Failed polls",
    "Polls per second that did not reach the BMC, by reason.",
    "ops",
    [{ expr: `sum by (reason) (rate(bmc_poll_failures_total${RATE})) > 0`, legend: "{{reason}}" }],
    { empty: "no poll failed" },
  ),
  graph(
    "Failed parts",
    "Hosts that answer, but where this part of the poll fails.",
    "none",
    [{ expr: "count by (part) (bmc_part_up == 0)", legend: "{{part}}" }],
    { empty: "every part is read", decimals: 0 },
  ),
  table({
    title: "Unreachable hosts",
    description: "Hosts that cannot be read, with the step that fails and the reason.",
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
  graph("Commands", "Commands sent per second, the ten most frequent.", "ops", [
    { expr: `topk(10, ${per("lightsout_commands_total", "command")})`, legend: "{{command}}" },
  ]),
  graph(
    "Refusals",
    "Responses with a completion code other than 00.",
    "ops",
    [
      {
        expr: `sum by (command, completion_code) (rate(lightsout_responses_total${self('completion_code!="00"')}${RATE})) > 0`,
        legend: "{{command}} {{completion_code}}",
      },
    ],
    { empty: "no command is refused" },
  ),
  graph("Retries", "Share of the commands that were sent again, because of packet loss or slow BMCs.", "percentunit", [
    {
      expr: `sum by (instance) (rate(lightsout_retries_total${self()}${RATE})) / sum by (instance) (rate(lightsout_commands_total${self()}${RATE}))`,
      legend: "{{instance}}",
    },
  ]),
  graph("Round trip", "Time from a request to its response.", "s", quantiles("lightsout_round_trip_seconds")),
  graph("Packets", "Datagrams per second, and received datagrams that were discarded.", "pps", [
    { expr: per("lightsout_packets_total", "direction"), legend: "{{direction}}" },
    { expr: per("lightsout_packets_dropped_total", "reason"), legend: "dropped: {{reason}}" },
  ]),
  graph("Sessions", "Open sessions.", "none", [{ expr: `lightsout_sessions_open${self()}`, legend: "{{instance}}" }], {
    decimals: 0,
  }),
  graph("Sessions opened", "Sessions are reused. Many new sessions mean that BMCs end them.", "ops", [
    { expr: per("lightsout_sessions_opened_total", "kind"), legend: "{{kind}}" },
  ]),
  graph(
    "SDR repositories from the cache",
    "Share of the SDR repositories that did not have to be read from a BMC.",
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
    "CPU seconds per second.",
    "none",
    [{ expr: `rate(process_cpu_seconds_total${self()}${RATE})`, legend: "{{instance}}" }],
    { decimals: 2 },
  ),
  graph("Memory", "Resident memory.", "bytes", [
    { expr: `process_resident_memory_bytes${self()}`, legend: "{{instance}}" },
  ]),
  graph("Event loop", "Delay of the event loop. Above 20 ms, polls and scrapes slow each other down.", "s", [
    { expr: `lightsout_event_loop_delay_seconds${self('statistic=~"p99|max"')}`, legend: "{{instance}} {{statistic}}" },
  ]),
  graph(
    "Scrape size",
    "Samples that Prometheus scrapes from each exporter.",
    "none",
    [{ expr: `scrape_samples_scraped${self()}`, legend: "{{instance}}" }],
    { decimals: 0 },
  ),
  graph("Scrape duration", "Time of a scrape of each exporter.", "s", [
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
        { field: "instance", title: "Exporter", width: 180 },
        { field: "version", title: "Version", width: 80 },
        { field: "node", title: "Node.js", width: 90 },
        { field: "Value #B", title: "Configuration", width: 150, unit: "dateTimeFromNow" },
      ],
      { joined: "instance", hide: ["Value #A"], shown: ["instance"] },
    ),
  }),
];

/** dashboards/bmc-exporter.json: does the monitoring itself work? */
export const exporter = (): Dashboard =>
  board({
    uid: UID.exporter,
    title: "BMC / Exporter",
    description: "Does the monitoring itself work? Polls, failures and traffic of the exporter, and its process.",
    variables: exporters(),
    sections: [
      { question: "Are all hosts monitored?", tiles: now },
      { question: "Are polls on time?", tiles: rounds },
      { question: "Which BMCs do not answer?", tiles: failures },
      { question: "How is the traffic to the BMCs?", tiles: wire },
      { question: "Does the process have enough CPU and memory?", tiles: process },
    ],
  });
