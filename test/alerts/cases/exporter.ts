import { type Case, each, host, hosts, type Labels } from "../case.ts";

const shard: Labels = { job: "lightsout", instance: "lightsout-0:9623" };

export const exporter: readonly Case[] = [
  { alert: "BmcExporterDown", story: "scrape fails", series: [["up", shard, "1 0x10"]], at: "8m", fires: shard },
  { alert: "BmcExporterDown", story: "another job", series: [["up", { ...shard, job: "node" }, "0x10"]], at: "8m" },
  { alert: "BmcExporterAbsent", story: "all targets are down", series: [["up", shard, "0x10"]], at: "8m", fires: {} },
  {
    alert: "BmcExporterAbsent",
    story: "one of two targets is up",
    series: [
      ["up", shard, "0x10"],
      ["up", { ...shard, instance: "lightsout-1:9623" }, "1x10"],
    ],
    at: "8m",
  },
  {
    alert: "BmcInventoryShrunk",
    story: "two of ten hosts disappeared within 24 hours",
    step: "1h",
    series: [...each("bmc_up", hosts(8), "1x320"), ...each("bmc_up", [host("a"), host("b")], "1x288 stale")],
    at: "26h",
    fires: {},
  },
  {
    alert: "BmcInventoryShrunk",
    story: "one of ten hosts disappeared",
    step: "1h",
    series: [...each("bmc_up", hosts(9), "1x320"), ["bmc_up", host("a"), "1x288 stale"]],
    at: "26h",
  },
  {
    alert: "BmcInventoryRejected",
    story: "two shards read the same list",
    series: [0, 1].map((index) => [
      "lightsout_inventory_rejected_entries",
      { ...shard, instance: `lightsout-${index}:9623`, source: "http_sd http://netbox/sd", reason: "duplicate_name" },
      "3x30",
    ]),
    at: "20m",
    fires: { source: "http_sd http://netbox/sd", reason: "duplicate_name" },
  },
  {
    alert: "BmcInventoryRejected",
    story: "the list was corrected within ten minutes",
    series: [
      [
        "lightsout_inventory_rejected_entries",
        { ...shard, source: "file_sd targets.yml", reason: "invalid_address" },
        "1x10 stale",
      ],
    ],
    at: "20m",
  },
  {
    alert: "BmcPolledTwice",
    story: "two shards",
    series: [
      ["bmc_up", { ...host(), instance: "lightsout-0:9623" }, "1x40"],
      ["bmc_up", { ...host(), instance: "lightsout-1:9623" }, "1x40"],
    ],
    at: "35m",
    fires: { host: "node1" },
  },
  {
    alert: "BmcPolledTwice",
    story: "a move from one shard to another",
    series: [
      ["bmc_up", { ...host(), instance: "lightsout-0:9623" }, "1x20 stale"],
      ["bmc_up", { ...host(), instance: "lightsout-1:9623" }, "_x18 1x40"],
    ],
    at: "35m",
  },
  {
    alert: "ClusterServerDown",
    story: "one of two servers ended",
    series: [
      ["lightsout_cluster_server_hosts", { ...shard, server: "a" }, "50x10 100x30"],
      ["lightsout_cluster_server_hosts", { ...shard, server: "b" }, "50x10 stale"],
    ],
    at: "25m",
    fires: { server: "b" },
  },
  {
    alert: "ClusterServerDown",
    story: "a restart within a minute",
    series: [
      ["lightsout_cluster_server_hosts", { ...shard, server: "a" }, "50x40"],
      ["lightsout_cluster_server_hosts", { ...shard, server: "b" }, "50x10 stale 50x30"],
    ],
    at: "25m",
  },
  {
    alert: "ClusterInventoriesDiffer",
    story: "one server has another list",
    series: [
      ["lightsout_cluster_server_inventory_differs", { ...shard, server: "a" }, "0x30"],
      ["lightsout_cluster_server_inventory_differs", { ...shard, server: "b" }, "1x30"],
    ],
    at: "20m",
    fires: { server: "b" },
  },
  {
    alert: "ClusterInventoriesDiffer",
    story: "two servers reload one after the other",
    series: [["lightsout_cluster_server_inventory_differs", { ...shard, server: "b" }, "1x5 0x30"]],
    at: "20m",
  },
  {
    alert: "ClusterEtcdUnreachable",
    story: "etcd is down",
    series: [["lightsout_cluster_etcd_up", shard, "1x5 0x10"]],
    at: "10m",
    fires: shard,
  },
  {
    alert: "ClusterEtcdUnreachable",
    story: "an election",
    series: [["lightsout_cluster_etcd_up", shard, "1x5 0 1x10"]],
    at: "10m",
  },
  {
    alert: "ClusterHostsUnowned",
    story: "every server misses twelve hosts",
    series: [
      ["lightsout_cluster_unowned_hosts", shard, "12x20"],
      ["lightsout_cluster_unowned_hosts", { ...shard, instance: "lightsout-1:9623" }, "12x20"],
    ],
    at: "10m",
    fires: {},
  },
  {
    alert: "ClusterHostsUnowned",
    story: "only a server that is cut off counts them",
    series: [
      ["lightsout_cluster_unowned_hosts", shard, "0x20"],
      ["lightsout_cluster_unowned_hosts", { ...shard, instance: "lightsout-1:9623" }, "100x20"],
    ],
    at: "10m",
  },
  {
    alert: "BmcExporterReloadFailed",
    story: "a bad file",
    series: [["lightsout_config_last_reload_successful", shard, "1x5 0x20"]],
    at: "20m",
    fires: shard,
  },
  {
    alert: "BmcExporterReloadFailed",
    story: "a good file",
    series: [["lightsout_config_last_reload_successful", shard, "1x25"]],
    at: "20m",
  },
  {
    alert: "BmcExporterWebConfigFailed",
    story: "a bad file",
    series: [
      ["lightsout_config_last_reload_successful", shard, "1x25"],
      ["lightsout_web_config_last_reload_successful", shard, "1x5 0x20"],
    ],
    at: "20m",
    fires: shard,
  },
  {
    alert: "BmcExporterWebConfigFailed",
    story: "a good file",
    series: [["lightsout_web_config_last_reload_successful", shard, "1x25"]],
    at: "20m",
  },
  {
    alert: "BmcExporterCertificateExpiring",
    story: "in 11 days",
    series: [["lightsout_web_certificate_expiry_timestamp_seconds", shard, "1000800x150"]],
    at: "2h",
    fires: shard,
  },
  {
    alert: "BmcExporterCertificateExpiring",
    story: "in three weeks",
    series: [["lightsout_web_certificate_expiry_timestamp_seconds", shard, "1821600x150"]],
    at: "2h",
  },
  {
    alert: "BmcExporterOverloaded",
    story: "one in ten",
    series: [
      ["lightsout_polls_skipped_total", shard, "0+6x60"],
      ["lightsout_polls_total", { ...shard, outcome: "ok" }, "0+50x60"],
      ["lightsout_polls_total", { ...shard, outcome: "timeout" }, "0+4x60"],
    ],
    at: "50m",
    fires: shard,
  },
  {
    alert: "BmcExporterOverloaded",
    story: "one in a hundred",
    series: [
      ["lightsout_polls_skipped_total", shard, "0+1x60"],
      ["lightsout_polls_total", { ...shard, outcome: "ok" }, "0+99x60"],
    ],
    at: "50m",
  },
  { alert: "BmcMonitoringWatchdog", story: "always", series: [], at: "1m", fires: {} },
];
