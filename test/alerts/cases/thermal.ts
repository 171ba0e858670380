import { type Case, each, host, hosts, inRack, type Labels, rack, type Series, sensor } from "../case.ts";

const cpu = sensor("CPU1 Temp", "20/0/02", { role: "cpu" });
const health = (of: Labels, values: string): Series => ["bmc_sensor_health", { ...of, kind: "temperature" }, values];
const inletOf = (place: Labels): Labels => ({ ...sensor("Inlet Temp", "20/0/01", { role: "inlet" }), ...place });
const inlet = inletOf(host());
const degrees = (of: Labels, values: string): Series => ["bmc_temperature_celsius", of, values];
const limit = (of: Labels, value: number): Series => [
  "bmc_temperature_threshold_celsius",
  { ...of, threshold: "upper_critical" },
  `${value}x90`,
];
const inlets = (places: readonly Labels[], values: string) =>
  each("bmc_temperature_celsius", places.map(inletOf), values);
const racks = (...names: string[]) => names.map((name) => inRack(name, `node-${name}`));
const board = { sensor: "System Temp", id: "20/0/05", entity: "7.1", role: "board", kind: "temperature" };
const boardOf = (place: Labels): Labels => ({ ...board, ...place });
const tempOf = (name: string): Labels => ({ ...sensor("System Temp", "20/0/05", { role: "board" }), ...host(name) });
const throttled = sensor("CPU1 Status", "20/0/70", { role: "cpu", kind: "processor" });

export const thermal: readonly Case[] = [
  {
    alert: "TemperatureCritical",
    story: "critical, then non-recoverable",
    series: [health(cpu, "0 2 3x10"), degrees(cpu, "101.5x12")],
    at: "5m",
    fires: { ...cpu, kind: "temperature" },
  },
  { alert: "TemperatureCritical", story: "a warning", series: [health(cpu, "1x12")], at: "5m" },
  {
    alert: "TemperatureWarning",
    story: "a warning for a quarter of an hour",
    series: [health(cpu, "1x20"), degrees(cpu, "88x20")],
    at: "15m",
    fires: { ...cpu, kind: "temperature" },
  },
  { alert: "TemperatureWarning", story: "ok", series: [health(cpu, "0x20")], at: "15m" },
  {
    alert: "TemperatureMarginLow",
    story: "3.5 °C below the limit; another sensor of the same name is ok",
    series: [
      degrees(cpu, "91.5x20"),
      limit(cpu, 95),
      degrees({ ...cpu, id: "20/0/03" }, "60x20"),
      limit({ ...cpu, id: "20/0/03" }, 95),
    ],
    at: "15m",
    fires: cpu,
  },
  {
    alert: "TemperatureMarginLow",
    story: "a sensor that reads the distance to its limit",
    series: [degrees({ ...cpu, role: "margin" }, "-3x20"), limit({ ...cpu, role: "margin" }, 0)],
    at: "15m",
  },
  {
    alert: "TemperatureCriticalPredicted",
    story: "18 °C per hour",
    series: [degrees(inlet, "22+0.3x60"), limit(inlet, 45)],
    at: "45m",
    fires: inlet,
  },
  {
    alert: "TemperatureCriticalPredicted",
    story: "a steep rise, already beyond the limit",
    series: [degrees(inlet, "20+1.5x60"), limit(inlet, 42)],
    at: "45m",
  },
  {
    alert: "TemperatureCriticalPredicted",
    story: "warm and steady",
    series: [degrees(inlet, "44x60"), limit(inlet, 45)],
    at: "45m",
  },
  { alert: "InletTemperatureHigh", story: "33.5", series: [degrees(inlet, "33.5x20")], at: "10m", fires: inlet },
  { alert: "InletTemperatureHigh", story: "31", series: [degrees(inlet, "31x20")], at: "10m" },
  { alert: "InletTemperatureHigh", story: "a processor", series: [degrees(cpu, "60x20")], at: "10m" },
  { alert: "InletTemperatureCritical", story: "37", series: [degrees(inlet, "37x20")], at: "4m", fires: inlet },
  { alert: "InletTemperatureCritical", story: "34", series: [degrees(inlet, "34x20")], at: "4m" },
  {
    alert: "HotSpot",
    story: "one of five at 32, the others at 22",
    series: [degrees(inletOf(host("hot", "30")), "32x40"), ...inlets(hosts(4), "22x40")],
    at: "35m",
    fires: inletOf(host("hot", "30")),
  },
  {
    alert: "HotSpot",
    story: "a rack with two hosts",
    series: [degrees(inletOf(host("hot", "30")), "44x40"), ...inlets(hosts(1), "22x40")],
    at: "35m",
  },
  {
    alert: "AirflowBlocked",
    story: "in at 24, out at 58",
    series: [degrees(inlet, "24x40"), degrees({ ...inlet, id: "20/0/09", role: "exhaust" }, "58x40")],
    at: "35m",
    fires: host(),
  },
  {
    alert: "AirflowBlocked",
    story: "in at 24, out at 44",
    series: [degrees(inlet, "24x40"), degrees({ ...inlet, id: "20/0/09", role: "exhaust" }, "44x40")],
    at: "35m",
  },
  {
    alert: "RackCoolingFailure",
    story: "15 °C per hour from 26 °C",
    series: inlets(hosts(3), "26+0.25x30"),
    at: "20m",
    fires: rack,
  },
  { alert: "RackCoolingFailure", story: "rising, but below 27 °C", series: inlets(hosts(3), "18+0.25x30"), at: "20m" },
  { alert: "RackCoolingFailure", story: "warm and steady", series: inlets(hosts(3), "30x30"), at: "20m" },
  {
    alert: "RackCoolingFailure",
    story: "steady above 32 °C",
    series: inlets(hosts(3), "33x30"),
    at: "20m",
    fires: rack,
  },
  {
    alert: "RackCoolingFailure",
    story: "two hours after a rise to 48 °C",
    series: inlets(hosts(3), "20+1.4x20 48x130"),
    at: "140m",
    fires: rack,
  },
  {
    alert: "RackCoolingFailure",
    story: "an hour after a rise to 30 °C",
    series: inlets(hosts(3), "20+0.5x20 30x80"),
    at: "90m",
    fires: rack,
  },
  {
    alert: "RackCoolingFailure",
    story: "an hour after a rise to 48 °C, cool again",
    series: inlets(hosts(3), "20+1.4x20 48x10 48-1.4x20 20x80"),
    at: "90m",
  },
  {
    alert: "RackOverheating",
    story: "three of four hosts became hot, one is critical",
    series: [
      ...each("bmc_sensor_health", hosts(2).map(boardOf), "0x20 1x40"),
      ...each("bmc_sensor_health", [host("node3")].map(boardOf), "0x20 1x5 2x40"),
      ...each("bmc_sensor_health", [host("node4")].map(boardOf), "0x65"),
    ],
    at: "30m",
    fires: rack,
  },
  {
    alert: "RackOverheating",
    story: "boards without warning limits, close to their critical limits",
    series: [
      ...each("bmc_sensor_health", hosts(3).map(boardOf), "0x60"),
      ...each("bmc_sensor_health", [host("node4")].map(boardOf), "0x20 2x40"),
      ...each(
        "bmc_temperature_celsius",
        hosts(3).map(({ host: name }) => tempOf(name ?? "")),
        "40x20 91x40",
      ),
      ...each(
        "bmc_temperature_threshold_celsius",
        hosts(3).map(({ host: name }) => ({ ...tempOf(name ?? ""), threshold: "upper_critical" })),
        "95x60",
      ),
    ],
    at: "30m",
    fires: rack,
  },
  {
    alert: "RackOverheating",
    story: "boards become hot after the only host with an inlet sensor passed 35 °C",
    series: [
      ...each("bmc_sensor_health", hosts(3).map(boardOf), "0x20 1x40"),
      ...each("bmc_sensor_health", [{ ...inletOf(host("node4")), kind: "temperature" }], "0x60"),
      ...inlets([host("node4")], "22x10 36x50"),
    ],
    at: "30m",
    fires: rack,
  },
  {
    alert: "RackOverheating",
    story: "two hours after the rise",
    series: [
      ...each("bmc_sensor_health", hosts(3).map(boardOf), "0x20 1x140"),
      ...each("bmc_sensor_health", [host("node4")].map(boardOf), "0x20 2x140"),
    ],
    at: "140m",
    fires: rack,
  },
  {
    alert: "RackOverheating",
    story: "hot for an hour, then ok",
    series: [
      ...each("bmc_sensor_health", hosts(3).map(boardOf), "0x20 1x60 0x80"),
      ...each("bmc_sensor_health", [host("node4")].map(boardOf), "0x20 2x60 0x80"),
    ],
    at: "140m",
  },
  {
    alert: "RackOverheating",
    story: "a permanent share beyond a warning limit, and one critical host",
    series: [
      ...each("bmc_sensor_health", hosts(3).map(boardOf), "1x60"),
      ...each("bmc_sensor_health", [host("node4")].map(boardOf), "0x20 2x40"),
    ],
    at: "40m",
  },
  {
    alert: "RackOverheating",
    story: "all hosts beyond a warning limit, none critical",
    series: each("bmc_sensor_health", hosts(4).map(boardOf), "0x20 1x40"),
    at: "40m",
  },
  {
    alert: "RackOverheating",
    story: "a rack with three inlet sensors, left to RackCoolingFailure",
    series: [...each("bmc_sensor_health", hosts(4).map(boardOf), "0x20 2x40"), ...inlets(hosts(3), "22x60")],
    at: "40m",
  },
  {
    alert: "RackOverheating",
    story: "two of two hosts",
    series: each("bmc_sensor_health", hosts(2).map(boardOf), "0x20 2x40"),
    at: "40m",
  },
  {
    alert: "RackOverheating",
    story: "hosts without the label rack",
    series: each(
      "bmc_sensor_health",
      ["a", "b", "c", "d"].map((name) => ({ ...board, host: name })),
      "0x20 2x40",
    ),
    at: "40m",
  },
  {
    alert: "RoomCoolingFailure",
    story: "two of three racks",
    series: [...inlets(racks("r1", "r2"), "25+0.25x30"), ...inlets(racks("r3"), "25x30")],
    at: "20m",
    fires: { site: "s1", room: "b2" },
  },
  {
    alert: "RoomCoolingFailure",
    story: "an hour after two of three racks rose to 30 °C",
    series: [...inlets(racks("r1", "r2"), "20+0.5x20 30x80"), ...inlets(racks("r3"), "25x100")],
    at: "90m",
    fires: { site: "s1", room: "b2" },
  },
  {
    alert: "RoomCoolingFailure",
    story: "two of three racks are overheating, none has an inlet sensor",
    series: ["r1", "r2", "r3"].flatMap((name) =>
      each(
        "bmc_sensor_health",
        ["a", "b", "c"].map((one) => boardOf(inRack(name, `${name}-${one}`))),
        name === "r3" ? "0x60" : "0x20 2x40",
      ),
    ),
    at: "40m",
    fires: { site: "s1", room: "b2" },
  },
  {
    alert: "RoomCoolingFailure",
    story: "two of three racks, cool again",
    series: [...inlets(racks("r1", "r2"), "20+0.5x20 30x20 30-0.5x20 20x80"), ...inlets(racks("r3"), "25x140")],
    at: "120m",
  },
  {
    alert: "RoomCoolingFailure",
    story: "one of three racks",
    series: [...inlets(racks("r1"), "25+0.25x30"), ...inlets(racks("r2", "r3"), "25x30")],
    at: "20m",
  },
  {
    alert: "CpuThrottled",
    story: "throttled",
    series: [["bmc_sensor_state", { ...throttled, state: "throttled" }, "1x20"]],
    at: "8m",
    fires: { ...throttled, state: "throttled" },
  },
  {
    alert: "CpuThrottled",
    story: "present",
    series: [["bmc_sensor_state", { ...throttled, state: "presence_detected" }, "1x20"]],
    at: "8m",
  },
];
