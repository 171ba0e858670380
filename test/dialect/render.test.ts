import { describe, expect, it } from "vitest";
import { seriesOf } from "../../src/dialect/compare.ts";
import { renderDialect } from "../../src/dialect/index.ts";
import type { CodedReading, HostSnapshot, Sensor, SensorRecordCodes } from "../../src/model/index.ts";

const record = (more: Partial<SensorRecordCodes> = {}): SensorRecordCodes => ({
  recordId: 7,
  name: "Fan 1",
  shareIndex: 0,
  sensorType: 0x04,
  eventType: 0x01,
  full: true,
  unitCode: 18,
  percentage: false,
  nonLinear: false,
  ...more,
});
const sensor = (coded: CodedReading | undefined): Sensor => ({
  name: "fan",
  id: "20/0/01",
  entity: "29.1",
  kind: "fan",
  states: [],
  coded,
});
const snapshot = (more: Partial<HostSnapshot> = {}): HostSnapshot => ({
  host: "node001",
  startedAt: 0,
  durationMs: 1500,
  up: true,
  parts: [],
  quirks: [],
  ...more,
});
const tell = (coded: CodedReading, options = {}): ReadonlyMap<string, number> => {
  const all = seriesOf(renderDialect(snapshot({ sensors: [sensor(coded)] }), { collectors: ["ipmi"], ...options }));
  return new Map([...all].filter(([series]) => !/^ipmi_(up|scrape)/.test(series)));
};

describe("a sensor in the metrics of ipmi_exporter", () => {
  it.each([
    ["a fan in revolutions", record(), 4560, 'ipmi_fan_speed_rpm{id="7",name="Fan 1"}', 4560],
    [
      "a fan in percent",
      record({ unitCode: undefined, percentage: true }),
      39.2,
      'ipmi_fan_speed_ratio{id="7",name="Fan 1"}',
      0.392,
    ],
    [
      "a temperature",
      record({ sensorType: 1, unitCode: 1 }),
      -12.345,
      'ipmi_temperature_celsius{id="7",name="Fan 1"}',
      -12.34,
    ],
    [
      "a voltage, to two decimals",
      record({ sensorType: 2, unitCode: 4 }),
      1.176,
      'ipmi_voltage_volts{id="7",name="Fan 1"}',
      1.18,
    ],
    [
      "a humidity",
      record({ sensorType: 0x0b, unitCode: undefined, percentage: true }),
      45,
      'ipmi_sensor_value{id="7",name="Fan 1",type="Other Units Based Sensor"}',
      45,
    ],
    [
      "a value in a unit without a family",
      record({ sensorType: 0x0b, unitCode: 7 }),
      9000,
      'ipmi_sensor_value{id="7",name="Fan 1",type="Other Units Based Sensor"}',
      9000,
    ],
    ["one without a reading", record(), undefined, 'ipmi_fan_speed_rpm{id="7",name="Fan 1"}', Number.NaN],
  ] as const)("is exported by its unit: %s", (_, codes, value, series, expected) => {
    const told = tell({ record: codes, value, asserted: 0 }).get(series);
    expect(Number(told?.toFixed(9))).toBe(expected);
  });

  it("has the value of a discrete sensor only if it is requested", () => {
    const coded = { record: record({ eventType: 0x0a }), value: 4000, asserted: 1 };
    expect([...tell(coded).keys()]).toEqual([
      'ipmi_sensor_state{id="7",name="Fan 1",type="Fan"}',
      'ipmi_sensor_value{id="7",name="Fan 1",type="Fan"}',
    ]);
    expect(tell(coded, { discreteReadings: true }).get('ipmi_fan_speed_rpm{id="7",name="Fan 1"}')).toBe(4000);
  });

  it("is omitted if it did not answer, shares a record, or is excluded", () => {
    const all = [
      sensor(undefined),
      sensor({ record: record({ shareIndex: 1 }), asserted: 0 }),
      sensor({ record: record({ recordId: 9 }), asserted: 0 }),
    ];
    const text = renderDialect(snapshot({ sensors: all }), { collectors: ["ipmi"], excludeIds: [9] });
    expect([...seriesOf(text).keys()]).toEqual(["ipmi_scrape_duration_seconds", 'ipmi_up{collector="ipmi"}']);
  });
});

describe("a sensor that two records describe", () => {
  it("is exported once for each record", () => {
    const coded = { record: record({ recordId: 7 }), value: 4000, asserted: 0 };
    const twice = { ...sensor(coded), codedCopies: [{ ...coded, record: record({ recordId: 9 }) }] };
    const text = renderDialect(snapshot({ sensors: [twice] }), { collectors: ["ipmi"] });
    expect([...seriesOf(text)].filter(([series]) => series.startsWith("ipmi_fan_speed_rpm"))).toEqual([
      ['ipmi_fan_speed_rpm{id="7",name="Fan 1"}', 4000],
      ['ipmi_fan_speed_rpm{id="9",name="Fan 1"}', 4000],
    ]);
  });
});

describe("the metrics of ipmi_exporter", () => {
  it("have 1 if drives and cooling have no fault", () => {
    const faults = { power: false, power_control: false, overload: false, interlock: false, intrusion: false };
    const chassis = { powerOn: false, faults: { ...faults, cooling: true, drive: false } };
    const series = seriesOf(renderDialect(snapshot({ chassis }), { collectors: ["chassis"] }));
    expect(Object.fromEntries(series)).toMatchObject({
      ipmi_chassis_power_state: 0,
      ipmi_chassis_cooling_fault_state: 0,
      ipmi_chassis_drive_fault_state: 1,
      'ipmi_up{collector="chassis"}': 1,
      ipmi_scrape_duration_seconds: 1.5,
    });
  });

  it("have no value for faults that are unknown", () => {
    const series = seriesOf(renderDialect(snapshot({ chassis: { powerOn: true } }), { collectors: ["chassis"] }));
    expect([...series.keys()].filter((name) => name.startsWith("ipmi_chassis"))).toEqual(["ipmi_chassis_power_state"]);
  });

  it("contain the leading digits and dots of versions, or N/A", () => {
    const controller = { manufacturerId: 674, firmware: "2.31" };
    const told = (systemFirmware?: string) =>
      renderDialect(snapshot({ controller: { ...controller, systemFirmware } }), { collectors: ["bmc"] });
    const labels = 'firmware_revision="2.31",manufacturer_id="Dell Inc. (674)",system_firmware_version=';
    expect(told("2.6.1-beta")).toContain(`ipmi_bmc_info{${labels}"2.6.1"} 1\n`);
    expect(told()).toContain(`ipmi_bmc_info{${labels}"N/A"} 1\n`);
  });

  it("contain the watchdog timer with every use, action and interrupt", () => {
    const watchdog = {
      running: true,
      use: "SMS/OS",
      action: "power cycle",
      preTimeoutInterrupt: "NMI",
      preTimeoutSeconds: 5,
      logs: false,
      initialCountdownSeconds: 300,
      presentCountdownSeconds: 299.9,
      expired: [],
    };
    const series = seriesOf(renderDialect(snapshot({ watchdog }), { collectors: ["bmc-watchdog"] }));
    expect([...series].filter(([, value]) => value === 1).map(([name]) => name)).toEqual([
      'ipmi_bmc_watchdog_pretimeout_interrupt_state{interrupt="NMI / Diagnostic Interrupt"}',
      'ipmi_bmc_watchdog_timeout_action_state{action="Power Cycle"}',
      "ipmi_bmc_watchdog_timer_state",
      'ipmi_bmc_watchdog_timer_use_state{name="SMS/OS"}',
      'ipmi_up{collector="bmc-watchdog"}',
    ]);
    expect(series.get("ipmi_bmc_watchdog_current_countdown_seconds")).toBe(299);
    expect(series.size).toBe(5 + 4 + 4 + 5 + 2);
  });

  it("report a collector as down if its part was interrupted, and all if the BMC was not reached", () => {
    const failure = { stage: "sensors", reason: "timeout", message: "" } as const;
    const part = { part: "sensors", ok: false, durationMs: 1, readAt: 0, failure } as const;
    const half = snapshot({ sensors: [sensor({ record: record(), value: 1, asserted: 0 })], parts: [part] });
    expect(renderDialect(half, { collectors: ["ipmi"] })).not.toContain("fan_speed");
    const down = seriesOf(renderDialect(snapshot({ up: false, failure })));
    expect([...down].filter(([, value]) => value === 0)).toHaveLength(4);
    expect(down.size).toBe(5);
  });
});
