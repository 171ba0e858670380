import { type Case, each, host, hosts, rack } from "../case.ts";

const failure = (reason: string) => ({ ...host(), stage: "rakp", reason });
const node = { job: "node", host: "node1", instance: "node1:9100" };

export const reach: readonly Case[] = [
  {
    alert: "BmcUnreachable",
    story: "unreachable for a quarter of an hour",
    series: [
      ["bmc_up", host(), "1x2 0x20"],
      ["bmc_failure", { ...host(), stage: "open_session", reason: "no_answer" }, "_x2 1x20"],
    ],
    at: "15m",
    fires: host(),
  },
  { alert: "BmcUnreachable", story: "three failed polls", series: [["bmc_up", host(), "1x5 0 0 0 1x20"]], at: "9m" },
  {
    alert: "BmcFlapping",
    story: "four outages of two minutes",
    series: [["bmc_up", host(), "1x5 0 0 1x5 0 0 1x5 0 0 1x5 0 0 1x20"]],
    at: "40m",
    fires: host(),
  },
  { alert: "BmcFlapping", story: "two outages", series: [["bmc_up", host(), "1x5 0 0 1x5 0 0 1x30"]], at: "40m" },
  {
    alert: "BmcAuthenticationFailed",
    story: "a wrong password",
    series: [["bmc_failure", failure("wrong_password"), "1x20"]],
    at: "10m",
    fires: host(),
  },
  {
    alert: "BmcAuthenticationFailed",
    story: "no answer",
    series: [["bmc_failure", failure("no_answer"), "1x20"]],
    at: "10m",
  },
  {
    alert: "BmcPartFailing",
    story: "reading sensors fails, the BMC is reachable",
    series: [
      ["bmc_part_up", { ...host(), part: "sensors" }, "0x40"],
      ["bmc_part_up", { ...host(), part: "power" }, "1x40"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "35m",
    fires: { ...host(), part: "sensors" },
  },
  {
    alert: "BmcPartFailing",
    story: "the BMC is unreachable",
    series: [
      ["bmc_part_up", { ...host(), part: "sensors" }, "0x40"],
      ["bmc_up", host(), "0x40"],
    ],
    at: "35m",
  },
  {
    alert: "BmcPartFailing",
    story: "a part that the BMC does not have is not exported",
    series: [
      ["bmc_part_up", { ...host(), part: "power" }, "1x40"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "35m",
  },
  {
    alert: "BmcItemsOmitted",
    story: "more sensors than the limit",
    series: [
      ["bmc_omitted_items", { ...host(), limit: "sensors" }, "120x40"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "35m",
    fires: { ...host(), limit: "sensors" },
  },
  {
    alert: "BmcItemsOmitted",
    story: "the limit was raised after twenty minutes",
    series: [
      ["bmc_omitted_items", { ...host(), limit: "sensors" }, "120x20 stale"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "35m",
  },
  {
    alert: "BmcDataStale",
    story: "reachable, last success 25 minutes ago",
    series: [
      ["bmc_last_success_timestamp_seconds", host(), "0x40"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "25m",
    fires: host(),
  },
  {
    alert: "BmcDataStale",
    story: "polled every minute",
    series: [
      ["bmc_last_success_timestamp_seconds", host(), "0+60x40"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "25m",
  },
  {
    alert: "BmcPollSlow",
    story: "polls of 17 seconds",
    series: [
      ["bmc_poll_duration_seconds", host(), "17.25x40"],
      ["bmc_up", host(), "1x40"],
    ],
    at: "35m",
    fires: host(),
  },
  {
    alert: "BmcPollSlow",
    story: "polls that time out",
    series: [
      ["bmc_poll_duration_seconds", host(), "20x40"],
      ["bmc_up", host(), "0x40"],
    ],
    at: "35m",
  },
  {
    alert: "BmcAndHostDown",
    story: "BMC and operating system are unreachable",
    series: [
      ["bmc_up", host(), "0x10"],
      ["up", node, "0x10"],
    ],
    at: "6m",
    fires: host(),
  },
  {
    alert: "BmcAndHostDown",
    story: "the operating system answers",
    series: [
      ["bmc_up", host(), "0x10"],
      ["up", node, "1x10"],
    ],
    at: "6m",
  },
  {
    alert: "BmcAndHostDown",
    story: "series without the label host are not matched",
    series: [
      ["bmc_up", { instance: "10.0.0.1" }, "0x10"],
      ["up", { job: "node", instance: "node1:9100" }, "0x10"],
    ],
    at: "6m",
  },
  {
    alert: "RackBmcOutage",
    story: "three of four",
    series: [...each("bmc_up", hosts(3), "0x10"), ["bmc_up", host("node4"), "1x10"]],
    at: "5m",
    fires: rack,
  },
  {
    alert: "RackBmcOutage",
    story: "an exporter that has just started with an interval of ten minutes",
    series: [
      ...each("bmc_up", hosts(4), "0x10"),
      ...each(
        "bmc_failure",
        hosts(4).map((h) => ({ ...h, stage: "waiting", reason: "not_polled" })),
        "1x10",
      ),
    ],
    at: "5m",
  },
  {
    alert: "RackBmcOutage",
    story: "three of three hosts, fewer than four",
    series: each("bmc_up", hosts(3), "0x10"),
    at: "5m",
  },
  {
    alert: "RackBmcOutage",
    story: "hosts without the label rack",
    series: each("bmc_up", [{ host: "a" }, { host: "b" }, { host: "c" }, { host: "d" }], "0x10"),
    at: "5m",
  },
  {
    alert: "SiteBmcOutage",
    story: "eight of ten",
    series: [...each("bmc_up", hosts(8), "0x10"), ...each("bmc_up", [host("a"), host("b")], "1x10")],
    at: "5m",
    fires: { site: "s1" },
  },
  {
    alert: "SiteBmcOutage",
    story: "five of ten",
    series: [
      ...each("bmc_up", hosts(5), "0x10"),
      ...each(
        "bmc_up",
        ["a", "b", "c", "d", "e"].map((h) => host(h)),
        "1x10",
      ),
    ],
    at: "5m",
  },
];
