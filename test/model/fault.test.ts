import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ChassisFault, faultsOf, type HostSnapshot, type Sensor } from "../../src/model/index.ts";
import { sensor, snapshot } from "../exposition/records.ts";

const textsOf = (more: Partial<HostSnapshot>): string[] =>
  faultsOf(snapshot("n1", more)).map(({ severity, text, alert }) => `${severity}: ${text} (${alert})`);
const of = (more: Partial<Sensor>): string[] => textsOf({ sensors: [sensor("20/0/01", more)] });

const FAN: Partial<Sensor> = { name: "Fan1A", kind: "fan", quantity: "fan_speed" };

describe("the faults of a snapshot", () => {
  it.each<[string, Partial<Sensor>, string]>([
    [
      "a stopped fan with its limit",
      { ...FAN, value: 0, health: 2, thresholds: { lower_critical: 720, lower_non_critical: 840 } },
      "critical: Fan1A 0 rpm, critical below 720 rpm (FanFailed)",
    ],
    [
      "a slow fan with the warning limit",
      { ...FAN, value: 800, health: 1, thresholds: { lower_critical: 720, lower_non_critical: 840 } },
      "warning: Fan1A 800 rpm, warning below 840 rpm (FanDegrading)",
    ],
    [
      "a fan in percent",
      { ...FAN, quantity: "fan_ratio", value: 0.05, health: 2, thresholds: { lower_critical: 0.1 } },
      "critical: Fan1A 5 %, critical below 10 % (FanFailed)",
    ],
    [
      "the side of the limit that is near",
      {
        name: "P12V",
        kind: "voltage",
        quantity: "voltage",
        value: 13.3,
        health: 2,
        thresholds: { lower_critical: 10.8, upper_critical: 13.2 },
      },
      "critical: P12V 13.3 V, critical above 13.2 V (VoltageCritical)",
    ],
    [
      "a hot inlet",
      {
        name: "Inlet",
        role: "inlet",
        quantity: "temperature",
        value: 44,
        health: 3,
        thresholds: { upper_non_recoverable: 43.5 },
      },
      "non_recoverable: Inlet 44 °C, non recoverable above 43.5 °C (InletTemperatureCritical)",
    ],
    [
      "a sensor whose BMC reports a health and no limit",
      { name: "CPU1", value: 99, quantity: "temperature", health: 1 },
      "warning: CPU1 99 °C: warning (TemperatureWarning)",
    ],
    [
      "states in words, once each",
      { name: "PS2", kind: "power_supply", health: 2, states: ["presence_detected", "input_lost", "input_lost"] },
      "critical: PS2: input lost (PsuInputLost)",
    ],
    [
      "a crossed limit without its state",
      { ...FAN, value: 0, health: 2, thresholds: { lower_critical: 720 }, states: ["at_or_below_lower_critical"] },
      "critical: Fan1A 0 rpm, critical below 720 rpm (FanFailed)",
    ],
    [
      "a part that disappeared",
      { name: "DIMM A1", kind: "memory", health: 2, states: ["disappeared"] },
      "critical: DIMM A1: disappeared (PartMissing)",
    ],
    [
      "lost redundancy of fans",
      { name: "Fans", kind: "fan", health: 2, states: ["redundancy_lost"] },
      "critical: Fans: redundancy lost (FanRedundancyLost)",
    ],
  ])("name %s", (_, more, text) => {
    expect(of(more)).toEqual([text]);
  });

  it("contain nothing that is ok or not known", () => {
    expect(of({ health: 0, value: 1 })).toEqual([]);
    expect(of({ value: 1 })).toEqual([]);
    expect(textsOf({ chassis: { powerOn: true, faults: { drive: false } } })).toEqual([]);
    expect(textsOf({})).toEqual([]);
  });

  it("are only the failure of a BMC that is down", () => {
    const failure = { stage: "rakp", reason: "wrong_password", message: "secret" } as const;
    expect(textsOf({ up: false, failure, sensors: [sensor("20/0/01", { health: 2 })] })).toEqual([
      "down: BMC down: wrong password at rakp (BmcAuthenticationFailed)",
    ]);
    expect(textsOf({ up: false, failure: { ...failure, reason: "no_answer" } })).toEqual([
      "down: BMC down: no answer at rakp (BmcUnreachable)",
    ]);
  });

  it("come worst first, and contain chassis, self test, event log and failed parts", () => {
    const readAt = 1;
    expect(
      textsOf({
        sensors: [sensor("20/0/01", { name: "T", health: 1 }), sensor("20/0/02", { name: "U", health: 3 })],
        chassis: { powerOn: true, faults: { intrusion: true, drive: true } },
        controller: { selfTest: { results: ["sel_corrupted"], health: 2 } },
        eventLog: { overflow: true, fresh: [] },
        parts: [
          {
            part: "dcmi",
            ok: false,
            durationMs: 1,
            readAt,
            failure: { stage: "dcmi", reason: "timeout", message: "late" },
          },
        ],
      }),
    ).toEqual([
      "non_recoverable: U: non recoverable (TemperatureCritical)",
      "critical: Chassis: drive fault (DriveFault)",
      "critical: BMC self test: sel corrupted (SystemHealthCritical)",
      "warning: T: warning (TemperatureWarning)",
      "warning: Chassis: intrusion fault (ChassisIntrusion)",
      "warning: Event log is full: new events are lost (SelFull)",
      "warning: Reading dcmi fails: timeout (BmcPartFailing)",
    ]);
  });

  it("contain the summary of the BMC only if nothing else explains it", () => {
    const chassis = { powerOn: true, systemHealth: 2 } as const;
    expect(textsOf({ chassis })).toEqual([
      "critical: The BMC reports the system as critical, without naming a part (SystemHealthCritical)",
    ]);
    expect(textsOf({ chassis, sensors: [sensor("a", { name: "T", health: 1 })] })).toHaveLength(1);
  });

  it("have keys that a change of value, state or severity keeps, and that are unique", () => {
    const keys = (more: Partial<Sensor>): string[] =>
      faultsOf(snapshot("n1", { sensors: [sensor("a", more), sensor("b", more)] })).map(({ key }) => key);
    expect(keys({ health: 1, value: 3 })).toEqual(keys({ health: 3, states: ["failure_detected"] }));
    expect(new Set(keys({ health: 1 })).size).toBe(2);
  });

  it("name alerts that have a runbook", () => {
    const kinds = ["fan", "temperature", "voltage", "power_supply", "memory", "drive", "physical_security", "other"];
    const states = [
      [],
      ["disappeared"],
      ["input_lost"],
      ["uncorrectable_ecc"],
      ["correctable_ecc"],
      ["correctable_ecc_logging_limit"],
      ["throttled"],
      ["predictive_failure"],
      ["redundancy_lost"],
    ];
    const sensors = kinds.flatMap((kind) =>
      states.flatMap((asserted) =>
        ([1, 2, 3] as const).flatMap((health) =>
          [undefined, "inlet"].map((role) => sensor("x", { kind, states: asserted, health, role })),
        ),
      ),
    );
    const faults = ["power", "power_control", "overload", "interlock", "cooling", "drive", "intrusion"] as const;
    const set = Object.fromEntries(faults.map((name) => [name, true])) as Record<ChassisFault, true>;
    const all = faultsOf(snapshot("n1", { sensors, chassis: { powerOn: true, faults: set } }));
    const missing = new Set(all.map(({ alert }) => alert).filter((name) => !existsSync(`docs/runbooks/${name}.md`)));
    expect([...missing]).toEqual([]);
  });
});
