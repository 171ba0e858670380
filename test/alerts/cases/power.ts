import { type Case, each, host, hosts, rack, type Series, sensor } from "../case.ts";

const psu = sensor("PS2 Status", "20/0/62", { kind: "power_supply", role: "psu" });
const state = (word: string, values: string, of = psu): Series => ["bmc_sensor_state", { ...of, state: word }, values];
const unit = sensor("PS Unit", "20/0/70", { kind: "power_unit" });
const psuOf = (name: string) => ({ ...psu, ...host(name) });
const current = (labels: Readonly<Record<string, string>>, values: string): readonly Series[] => [
  ["bmc_power_consumption_watts", { ...labels, statistic: "current" }, values],
  ["bmc_power_consumption_watts", { ...labels, statistic: "max" }, "9000x40"],
];
const budget: Series = ["bmc_rack_power_budget_watts", rack, "1000x40"];
const rail = sensor("P12V", "20/0/30", { role: "board" });

export const power: readonly Case[] = [
  {
    alert: "HostPoweredOffUnexpectedly",
    story: "on ten minutes ago, off now",
    series: [["bmc_power_on", host(), "1x10 0x20"]],
    at: "20m",
    fires: host(),
  },
  {
    alert: "HostPoweredOffUnexpectedly",
    story: "a spare host, always off",
    series: [["bmc_power_on", host(), "0x30"]],
    at: "20m",
  },
  {
    alert: "RackPowerLoss",
    story: "two of four powered off, one of them moved to another shard",
    series: [
      ["bmc_power_on", host("node1"), "1x20 0x10"],
      ["bmc_power_on", { ...host("node2"), instance: "a" }, "1x20 stale"],
      ["bmc_power_on", { ...host("node2"), instance: "b" }, "_x21 0x10"],
      ...each("bmc_power_on", [host("node3"), host("node4")], "1x40"),
    ],
    at: "25m",
    fires: rack,
  },
  {
    alert: "RackPowerLoss",
    story: "still off after two hours",
    series: [...each("bmc_power_on", hosts(2), "1x20 0x140"), ...each("bmc_power_on", [host("a"), host("b")], "1x160")],
    at: "140m",
    fires: rack,
  },
  {
    alert: "RackPowerLoss",
    story: "powered on again after an hour",
    series: [
      ...each("bmc_power_on", hosts(2), "1x20 0x60 1x80"),
      ...each("bmc_power_on", [host("a"), host("b")], "1x160"),
    ],
    at: "140m",
  },
  {
    alert: "RackPowerLoss",
    story: "powered off one by one, over an hour",
    series: [
      ["bmc_power_on", host("node1"), "1x20 0x140"],
      ["bmc_power_on", host("node2"), "1x50 0x110"],
      ...each("bmc_power_on", [host("a"), host("b"), host("c")], "1x160"),
    ],
    at: "55m",
  },
  {
    alert: "RackPowerLoss",
    story: "four spare hosts, always off",
    series: [...each("bmc_power_on", hosts(4), "0x40")],
    at: "25m",
  },
  {
    alert: "PsuFailed",
    story: "failure_detected",
    series: [
      state("presence_detected", "1x20"),
      state("failure_detected", "_x2 1x20"),
      ["bmc_sensor_health", psu, "0 0 2x20"],
    ],
    at: "8m",
    fires: psu,
  },
  {
    alert: "PsuFailed",
    story: "critical health that no state explains",
    series: [state("presence_detected", "1x20"), ["bmc_sensor_health", psu, "0 0 2x20"]],
    at: "8m",
    fires: psu,
  },
  {
    alert: "PsuFailed",
    story: "a generic critical state",
    series: [state("critical_from_less_severe", "1x20"), ["bmc_sensor_health", psu, "2x20"]],
    at: "8m",
    fires: psu,
  },
  ...["input_lost", "predictive_failure", "configuration_error", "redundancy_lost", "upper_critical"].map(
    (word): Case => ({
      alert: "PsuFailed",
      story: `${word} without failure_detected`,
      series: [state("presence_detected", "1x20"), state(word, "1x20"), ["bmc_sensor_health", psu, "2x20"]],
      at: "8m",
    }),
  ),
  {
    alert: "PsuFailed",
    story: "the first host of a rack that loses a feed, before the third is polled",
    series: [state("failure_detected", "1x20")],
    at: "2m",
  },
  ...["input_lost", "input_lost_or_out_of_range", "input_out_of_range"].map(
    (word): Case => ({
      alert: "PsuFailed",
      story: `failure_detected with ${word}, a pulled cord`,
      series: [state("failure_detected", "1x20"), state(word, "1x20"), ["bmc_sensor_health", psu, "2x20"]],
      at: "8m",
    }),
  ),
  {
    alert: "PsuFailed",
    story: "failure_detected, while another supply has lost its input",
    series: [
      state("failure_detected", "1x20"),
      state("input_lost", "1x20", { ...psu, sensor: "PS1 Status", id: "20/0/61" }),
    ],
    at: "8m",
    fires: psu,
  },
  {
    alert: "PsuFailed",
    story: "a power unit",
    series: [state("failure_detected", "1x20", unit), state("presence_detected", "1x20")],
    at: "8m",
    fires: unit,
  },
  {
    alert: "PsuFailed",
    story: "a power unit, while a supply has lost its input",
    series: [state("failure_detected", "1x20", unit), state("input_lost", "1x20")],
    at: "8m",
  },
  {
    alert: "PsuPredictiveFailure",
    story: "asserted for a quarter of an hour",
    series: [state("predictive_failure", "1x20")],
    at: "15m",
    fires: { ...psu, state: "predictive_failure" },
  },
  { alert: "PsuPredictiveFailure", story: "the supply failed", series: [state("failure_detected", "1x20")], at: "15m" },
  {
    alert: "PsuInputLost",
    story: "input out of range, then lost, is one alert",
    series: [state("input_out_of_range", "1x3 stale"), state("input_lost", "_x4 1x20")],
    at: "5m",
    fires: psu,
  },
  { alert: "PsuInputLost", story: "present", series: [state("presence_detected", "1x20")], at: "5m" },
  {
    alert: "PsuRedundancyLost",
    story: "redundancy lost",
    series: [["bmc_redundancy", { ...host(), subject: "power" }, "2x20"]],
    at: "8m",
    fires: { ...host(), subject: "power" },
  },
  {
    alert: "PsuRedundancyLost",
    story: "fully redundant; only fan redundancy is lost",
    series: [
      ["bmc_redundancy", { ...host(), subject: "power" }, "0x20"],
      ["bmc_redundancy", { ...host(), subject: "fan" }, "2x20"],
    ],
    at: "8m",
  },
  {
    alert: "RackFeedLost",
    story: "three of four hosts have a supply without input",
    series: [
      ...hosts(3).map(({ host: name }) => state("input_lost", "1x10", psuOf(name ?? ""))),
      ...each("bmc_sensor_health", ["node1", "node2", "node3", "node4"].map(psuOf), "1x10"),
    ],
    at: "4m",
    fires: rack,
  },
  {
    alert: "RackFeedLost",
    story: "the third host reports it two minutes after the first",
    series: [
      ...hosts(2).map(({ host: name }) => state("input_lost", "1x10", psuOf(name ?? ""))),
      state("input_lost", "_x2 1x10", psuOf("node3")),
      ...each("bmc_sensor_health", ["node1", "node2", "node3", "node4"].map(psuOf), "1x10"),
    ],
    at: "3m",
    fires: rack,
  },
  {
    alert: "PsuInputLost",
    story: "the first host of a rack that loses a feed, before the third is polled",
    series: [state("input_lost", "1x10")],
    at: "2m",
  },
  {
    alert: "RackFeedLost",
    story: "two cords pulled",
    series: [
      ...hosts(2).map(({ host: name }) => state("input_lost", "1x10", psuOf(name ?? ""))),
      ...each("bmc_sensor_health", ["node1", "node2", "node3", "node4"].map(psuOf), "1x10"),
    ],
    at: "4m",
  },
  {
    alert: "HostPowerNearLimit",
    story: "480 of 500 W",
    series: [...current(host(), "480x40"), ["bmc_power_limit_watts", host(), "500x40"]],
    at: "20m",
    fires: { ...host(), statistic: "current" },
  },
  { alert: "HostPowerNearLimit", story: "no limit", series: current(host(), "480x40"), at: "20m" },
  {
    alert: "RackPowerHigh",
    story: "two hosts at 425 W each, a budget of 1000 W exported by two shards",
    series: [
      ...current(host("node1"), "425x40"),
      ...current(host("node2"), "425x40"),
      [budget[0], { ...rack, instance: "a" }, budget[2]],
      [budget[0], { ...rack, instance: "b" }, budget[2]],
    ],
    at: "20m",
    fires: rack,
  },
  { alert: "RackPowerHigh", story: "half of the budget", series: [...current(host(), "500x40"), budget], at: "20m" },
  { alert: "RackPowerCritical", story: "980 W", series: [...current(host(), "980x40"), budget], at: "8m", fires: rack },
  { alert: "RackPowerCritical", story: "850 W", series: [...current(host(), "850x40"), budget], at: "8m" },
  {
    alert: "VoltageCritical",
    story: "12 V rail at 10.1 V",
    series: [
      ["bmc_sensor_health", { ...rail, kind: "voltage" }, "2x20"],
      ["bmc_voltage_volts", rail, "10.1x20"],
      ["bmc_power_on", host(), "1x20"],
    ],
    at: "8m",
    fires: { ...rail, kind: "voltage" },
  },
  {
    alert: "VoltageCritical",
    story: "the host is powered off",
    series: [
      ["bmc_sensor_health", { ...rail, kind: "voltage" }, "2x20"],
      ["bmc_power_on", host(), "0x20"],
    ],
    at: "8m",
  },
];
