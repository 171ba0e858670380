import { closeSync, openSync, writeSync } from "node:fs";
import { renderHost } from "../../src/exposition/index.ts";
import { Health, type HostRecord, type Sensor } from "../../src/model/index.ts";
import { sensor } from "../exposition/records.ts";
import { recordOf } from "./fleet.ts";

/** A room of 36 racks with 40 hosts each, and 350 series of each host: half a million. */
export const RACKS = 36;
export const PER_RACK = 40;

/** Six hours, what a dashboard shows. Seconds since 1970. */
export const START = Date.UTC(2024, 4, 1, 6) / 1000;
export const END = START + 6 * 3600;
/** Below the five minutes after which a series is stale. */
const STEP = 240;

/** Families that graphs of a whole fleet read. All others have only the last scrapes, for tables and stats. */
const GRAPHED =
  /^(?:bmc_temperature_celsius\{.*role="inlet"|bmc_(?:up|power_on|health|info|poll_duration_seconds|part_up)\{)/;

/** More temperatures and voltages, as a board with two processors has. */
const more: readonly Sensor[] = [
  ...Array.from({ length: 40 }, (_, index) =>
    sensor(`20/0/5${index}`, {
      name: `DIMM ${index + 1} Temp`,
      role: "dimm",
      quantity: "temperature",
      value: 40 + index / 4,
      thresholds: { upper_non_critical: 85, upper_critical: 95 },
      health: Health.Ok,
    }),
  ),
  ...Array.from({ length: 20 }, (_, index) =>
    sensor(`20/0/9${index}`, {
      name: `Voltage ${index + 1}`,
      kind: "voltage",
      quantity: "voltage",
      value: 1.8,
      thresholds: { lower_critical: 1.6, upper_critical: 2 },
      health: Health.Ok,
    }),
  ),
];

const placeOf = (index: number) => ({
  site: "s1",
  room: "b2",
  row: String.fromCharCode(97 + Math.floor(index / PER_RACK / 12)),
  rack: `r${Math.floor(index / PER_RACK) + 1}`,
  position: String((index % PER_RACK) + 1).padStart(2, "0"),
});
export const nameOf = (index: number): string => `h${String(index + 1).padStart(4, "0")}`;

/** One host in 72 has a fault, as in the small fleet. */
function recordAt(index: number, time: number): HostRecord {
  const minute = Math.min(119, (time - START) / 180);
  const small = recordOf(index % 72, minute, (time - minute * 60) * 1000);
  const snapshot = small.snapshot;
  const host = { ...small.host, name: nameOf(index), place: placeOf(index) };
  if (snapshot?.sensors === undefined) return { ...small, host };
  return {
    ...small,
    host,
    snapshot: { ...snapshot, sensors: [...snapshot.sensors, ...more] },
  };
}

const labelsOf = (series: string): string => series.match(/\{(.*)\} /)?.[1] ?? "";
const sampleOf = (series: string): number => Number(series.slice(series.lastIndexOf(" ") + 1));

/** What the recording rules record from the lines of a host. */
function* recorded(lines: readonly string[]): Generator<string> {
  const limits = new Map<string, number>();
  for (const line of lines)
    if (line.startsWith("bmc_temperature_threshold_celsius") && line.includes('threshold="upper_critical"'))
      limits.set(line.match(/,id="([^"]*)"/)?.[1] ?? "", sampleOf(line));
  const ratios: string[] = [];
  for (const line of lines) {
    if (!line.startsWith("bmc_temperature_celsius") || line.includes('role="margin"')) continue;
    const limit = limits.get(line.match(/,id="([^"]*)"/)?.[1] ?? "");
    if (limit !== undefined) ratios.push(`{${labelsOf(line)}} ${sampleOf(line) / limit}`);
  }
  for (const ratio of ratios) yield `sensor:bmc_temperature_celsius:limit_ratio${ratio}`;
  const highest = ratios.reduce((a, b) => (sampleOf(a) >= sampleOf(b) ? a : b), ratios[0] ?? "");
  if (highest !== "") yield `host:bmc_temperature_celsius:highest_limit_ratio${highest}`;
  const worst = lines.filter((line) => line.startsWith("bmc_sensor_health") && sampleOf(line) >= 1)[0];
  if (worst !== undefined) yield worst.replace("bmc_sensor_health", "host:bmc_sensor_health:worst");
}

/** Writes the history as OpenMetrics text. Returns the number of series of the last scrape. */
export function writeLargeHistory(path: string): number {
  const file = openSync(path, "w");
  let series = 0;
  try {
    for (let time = START; time <= END; time += STEP) {
      const whole = time > END - 2 * STEP;
      let scraped = 0;
      for (let rack = 0; rack < RACKS; rack++) {
        const out: string[] = [];
        for (let unit = 0; unit < PER_RACK; unit++) {
          const text = renderHost(recordAt(rack * PER_RACK + unit, time), { placed: true }).bytes.toString();
          const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
          const used = whole ? [...lines, ...recorded(lines)] : lines.filter((line) => GRAPHED.test(line));
          scraped += used.length;
          for (const line of used) out.push(`${line} ${time}\n`);
        }
        const { position: _, ...place } = placeOf(rack * PER_RACK);
        const labels = Object.entries(place)
          .map(([name, value]) => `${name}="${value}"`)
          .join(",");
        out.push(`rack:bmc_power_consumption_watts:sum{${labels}} ${12_000 + rack} ${time}\n`);
        out.push(`rack:bmc_power_consumption:budget_ratio{${labels}} 0.7 ${time}\n`);
        out.push(`bmc_rack_power_budget_watts{${labels}} 17000 ${time}\n`);
        for (let alert = 0; alert < 5; alert++)
          out.push(
            `ALERTS{alertname="FanFailed",alertstate="firing",severity="critical",component="fan",host="${nameOf(rack * PER_RACK + alert)}",${labels}} 1 ${time}\n`,
          );
        writeSync(file, out.join(""));
      }
      writeSync(
        file,
        `ALERTS{alertname="BmcMonitoringWatchdog",alertstate="firing",severity="none",component="exporter"} 1 ${time}\n`,
      );
      series = scraped;
    }
    writeSync(file, "# EOF\n");
  } finally {
    closeSync(file);
  }
  return series;
}
