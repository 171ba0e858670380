import { type Case, host, type Labels, type Series, sensor } from "../case.ts";

const fan = (number: number, more: Labels = {}) => sensor(`FAN${number}`, `20/0/4${number}`, { role: "fan", ...more });
const rpm = (of: Labels, values: string): Series => ["bmc_fan_speed_rpm", of, values];
const health = (of: Labels, values: string): Series => ["bmc_sensor_health", { ...of, kind: "fan" }, values];
const powered = (on: 0 | 1): Series => ["bmc_power_on", host(), `${on}x120`];
const inlet = (value: number): Series => [
  "bmc_temperature_celsius",
  sensor("Inlet Temp", "20/0/01", { role: "inlet" }),
  `${value}x120`,
];
const others = [2, 3, 4].map((number) => fan(number));

export const fans: readonly Case[] = [
  {
    alert: "FanFailed",
    story: "below its limit, then stopped, is one alert",
    series: [rpm(fan(1), "300x2 0x20"), health(fan(1), "2x22"), rpm(fan(2), "5000x22"), health(fan(2), "0x22")],
    at: "5m",
    fires: fan(1),
  },
  {
    alert: "FanFailed",
    story: "a fan that reports a ratio, on a host with unknown power state",
    series: [["bmc_fan_speed_ratio", fan(1), "0x20"]],
    at: "5m",
    fires: fan(1),
  },
  { alert: "FanFailed", story: "the host is powered off", series: [rpm(fan(1), "0x20"), powered(0)], at: "5m" },
  {
    alert: "FanFailed",
    story: "a fan redundancy sensor",
    series: [
      health(sensor("Fan Redundancy", "20/0/50"), "2x20"),
      ["bmc_sensor_state", sensor("Fan Redundancy", "20/0/50", { kind: "fan", state: "redundancy_lost" }), "1x20"],
    ],
    at: "5m",
  },
  {
    alert: "FanFailed",
    story: "the fan of a power supply whose cord was pulled",
    series: [rpm(fan(1, { role: "psu" }), "0x20"), health(fan(1, { role: "psu" }), "2x20")],
    at: "5m",
  },
  {
    alert: "MultipleFansFailed",
    story: "two of four",
    series: [rpm(fan(1), "0x20"), rpm(fan(2), "0x20"), rpm(fan(3), "5000x20"), rpm(fan(4), "5000x20")],
    at: "3m",
    fires: host(),
  },
  {
    alert: "MultipleFansFailed",
    story: "one of four",
    series: [rpm(fan(1), "0x20"), ...others.map((of) => rpm(of, "5000x20"))],
    at: "3m",
  },
  {
    alert: "FanRedundancyLost",
    story: "degraded",
    series: [["bmc_redundancy", { ...host(), subject: "fan" }, "1x20"], powered(1)],
    at: "8m",
    fires: { ...host(), subject: "fan" },
  },
  {
    alert: "FanRedundancyLost",
    story: "the host is powered off",
    series: [["bmc_redundancy", { ...host(), subject: "fan" }, "1x20"], powered(0)],
    at: "8m",
  },
  {
    alert: "FanDegrading",
    story: "30% slower than last week, the other fans unchanged",
    step: "1h",
    series: [rpm(fan(1), "5000x2304 3500x30"), ...others.map((of) => rpm(of, "5000x2334"))],
    at: "194h",
    fires: fan(1),
  },
  {
    alert: "FanDegrading",
    story: "still slower 18 days after the drop",
    step: "1h",
    series: [rpm(fan(1), "5000x4032 3500x5300"), ...others.map((of) => rpm(of, "5000x9333"))],
    at: "768h",
    fires: fan(1),
  },
  {
    alert: "FanDegrading",
    story: "as fast as before, 18 days after its replacement",
    step: "1h",
    series: [rpm(fan(1), "5000x4032 3500x100 5000x5200"), ...others.map((of) => rpm(of, "5000x9333"))],
    at: "768h",
  },
  {
    alert: "FanDegrading",
    story: "all fans slower",
    step: "1h",
    series: [fan(1), ...others].map((of) => rpm(of, "5000x2304 3500x30")),
    at: "194h",
  },
  {
    alert: "FansAtFullSpeed",
    story: "twice as fast for two hours, inlet at 22",
    step: "1h",
    series: [rpm(fan(1), "4000x72 8000x40"), rpm(fan(2), "4000x72 8000x40"), inlet(22), powered(1)],
    at: "8h",
    fires: host(),
  },
  {
    alert: "FansAtFullSpeed",
    story: "the inlet air is warm",
    step: "1h",
    series: [rpm(fan(1), "4000x72 8000x40"), inlet(33)],
    at: "8h",
  },
  {
    alert: "FansAtFullSpeed",
    story: "constant speed",
    step: "1h",
    series: [rpm(fan(1), "8000x120"), inlet(22)],
    at: "8h",
  },
];
