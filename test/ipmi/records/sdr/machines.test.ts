import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  convertRaw,
  convertThresholds,
  decodeSdr,
  encodeSdr,
  type FullSensorRecord,
  readingAccuracy,
  resolution,
  type SdrRecord,
  type SensorDefinition,
  sensorsOf,
} from "../../../../src/ipmi/records/sdr/index.ts";
import { type ThresholdName, unitSymbol } from "../../../../src/ipmi/tables/index.ts";
import { hex } from "../../../support/hex.ts";

/** Recorded repositories with what FreeIPMI 1.6.10 and ipmitool 1.8.19 print for them; not part of this repository. */
const machines = resolve(import.meta.dirname, "../../../../../shared/fixtures/ipmi");

/** Name, records, and whether the limits that were served are those of the records. */
const MACHINES = [
  ["dell-poweredge-r640", 214, false],
  ["dell-poweredge-r730", 187, false],
  ["quanta-d51", 112, false],
  ["intel-s2600kp", 163, false],
  ["supermicro-x9drw", 33, true],
] as const;

/** FreeIPMI's label of each limit. */
const LIMITS: Readonly<Record<ThresholdName, string>> = {
  lower_non_recoverable: "Lower Non-Recoverable Threshold",
  lower_critical: "Lower Critical Threshold",
  lower_non_critical: "Lower Non-Critical Threshold",
  upper_non_critical: "Upper Non-Critical Threshold",
  upper_critical: "Upper Critical Threshold",
  upper_non_recoverable: "Upper Non-Recoverable Threshold",
};

type Printed = ReadonlyMap<string, string>;

function printedRecords(machine: string): Printed[] {
  const text = readFileSync(join(machines, machine, "decoded/freeipmi-full-records-vv.txt"), "utf8");
  return text
    .trim()
    .split(/\n\s*\n/)
    .map(
      (block) => new Map([...block.matchAll(/^([^:\n]+): (.*)$/gm)].map(([, key = "", value = ""]) => [key, value])),
    );
}

/** The number of "48.000000 C", or nothing for "N/A". */
function numberOf(text: string | undefined): number | undefined {
  const number = Number.parseFloat(text ?? "");
  return Number.isNaN(number) ? undefined : number;
}

function load(machine: string): { readonly lines: readonly string[]; readonly records: readonly SdrRecord[] } {
  const lines = readFileSync(join(machines, machine, "sdr.hex"), "utf8")
    .trim()
    .split(/\s+/);
  return { lines, records: lines.map((line) => decodeSdr(hex(line))) };
}

function rawOf(machine: string): (sensor: SensorDefinition) => number | undefined {
  const { raw_readings: readings } = JSON.parse(readFileSync(join(machines, machine, "readings.json"), "utf8")) as {
    raw_readings: { owner?: string; lun?: number; number: string; raw: number }[];
  };
  const key = (owner: number, lun: number, number: number): string => `${owner}/${lun}/${number}`;
  const raws = new Map(
    readings.map((r) => [key(Number.parseInt(r.owner ?? "20", 16), r.lun ?? 0, Number.parseInt(r.number, 16)), r.raw]),
  );
  return (sensor) => raws.get(key(sensor.ownerId, sensor.ownerLun, sensor.number));
}

describe.each(MACHINES)("the repository of %s", (machine, count, limits) => {
  if (!existsSync(join(machines, machine, "sdr.hex"))) {
    console.info(`skipped: the recorded repository of ${machine} is not here`);
    it.skip("is not here", () => {});
    return;
  }
  const { lines, records } = load(machine);

  it("decodes record by record and encodes back to the same bytes", () => {
    expect(records).toHaveLength(count);
    expect(records.map((record) => encodeSdr(record).toString("hex"))).toEqual(lines);
    expect(records.filter((record) => record.type === "unknown")).toEqual([]);
  });

  it("has the factors, limits and values that FreeIPMI prints for every full record", () => {
    const raw = rawOf(machine);
    let values = 0;
    for (const printed of printedRecords(machine)) {
      const record = records[Number(printed.get("Record ID")) - 1];
      const [sensor] = record ? sensorsOf(record) : [];
      if (record?.type !== "full" || !sensor) throw new Error(`${printed.get("ID String")}: not a full record`);
      const say = `${record.name} (${printed.get("Record ID")})`;
      expect(printed.get("ID String")?.trim(), say).toBe(record.name);
      expect(sensor.number, say).toBe(Number(printed.get("Sensor Number")));
      if (!printed.has("M")) continue;
      expectFactors(record, printed, say);
      for (const [name, label] of limits ? Object.entries(LIMITS) : []) {
        const limit = numberOf(printed.get(label));
        const ours = convertThresholds(sensor)[name as ThresholdName];
        if (limit !== undefined) expect(ours, `${say} ${name}`).toBeCloseTo(limit, 5);
        else expect(ours, `${say} ${name}`).toBeUndefined();
      }
      const value = numberOf(printed.get("Sensor Reading"));
      const reading = raw(sensor);
      if (value === undefined || reading === undefined) continue;
      expect(sensor.analog, say).toBe(true);
      expect(convertRaw(sensor, reading), say).toBeCloseTo(value, 5);
      const unit = printed.get("Sensor Reading")?.split(" ")[1];
      if (sensor.units) expect(unitSymbol(sensor.units), say).toBe(unit);
      values++;
    }
    expect(values).toBeGreaterThan(10);
  });

  it("has the values and limits that ipmitool prints", () => {
    const raw = rawOf(machine);
    const rows = readFileSync(join(machines, machine, "decoded/ipmitool-sensor.txt"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()));
    const sensors = records.flatMap((record) => (record.type === "full" ? sensorsOf(record) : []));
    let values = 0;
    for (const sensor of sensors) {
      const reading = raw(sensor);
      // Names repeat ("Temp"): a row is taken once.
      const at = rows.findIndex(([name, value]) => name === sensor.name.slice(0, 16) && Number.isFinite(Number(value)));
      const row = at < 0 ? undefined : rows.splice(at, 1)[0];
      if (!row || reading === undefined || row[2] === "discrete") continue;
      expect(convertRaw(sensor, reading)?.toFixed(3), sensor.name).toBe(row[1]);
      values++;
    }
    expect(values).toBeGreaterThan(10);
  });
});

function expectFactors(record: FullSensorRecord, printed: Printed, say: string): void {
  const { factors } = record;
  const printedNumber = (label: string): number => Number.parseInt(printed.get(label) ?? "", 10);
  expect(factors.m, say).toBe(printedNumber("M"));
  expect(factors.b, say).toBe(printedNumber("B"));
  expect(factors.rExponent, say).toBe(printedNumber("R Exponent"));
  expect(factors.bExponent, say).toBe(printedNumber("B Exponent"));
  expect(factors.linearisation, say).toBe(
    Number.parseInt(/\(([0-9A-F]+)h\)/.exec(printed.get("Linearization") ?? "")?.[1] ?? "", 16),
  );
  expect((readingAccuracy(record) ?? 0) * 100, say).toBeCloseTo(numberOf(printed.get("Accuracy")) ?? Number.NaN, 5);
  const step = numberOf(printed.get("Resolution"));
  // FreeIPMI 1.6.10 prints 0 for every negative R exponent.
  if (step !== undefined && factors.rExponent >= 0) expect(resolution(record) ?? 0, say).toBeCloseTo(step, 5);
  const specified = (given: boolean, raw: number): number | undefined => (given ? convertRaw(record, raw) : undefined);
  const optional: readonly (readonly [string, number | undefined])[] = [
    ["Nominal Reading", specified(record.specified.nominalReading, record.nominalReading)],
    ["Normal Max.", specified(record.specified.normalMaximum, record.normalMaximum)],
    ["Normal Min.", specified(record.specified.normalMinimum, record.normalMinimum)],
  ];
  for (const [label, value] of optional) {
    const expected = numberOf(printed.get(label));
    if (expected === undefined) expect(value, `${say} ${label}`).toBeUndefined();
    else expect(value, `${say} ${label}`).toBeCloseTo(expected, 5);
  }
}
