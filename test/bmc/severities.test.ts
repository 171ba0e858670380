import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Severities, type SeveritySubject } from "../../src/bmc/index.ts";
import { planWithSeverities } from "../../src/bmc/over-ipmi/ruled-plan.ts";
import { compilePlan } from "../../src/bmc/over-ipmi/sensor-plan.ts";
import { sensorOf } from "../../src/bmc/over-ipmi/sensor-reading.ts";
import { parseSeverityRules, SHIPPED_SEVERITY_RULES } from "../../src/config/index.ts";
import { ruleVocabulary } from "../../src/exporter/rule-vocabulary.ts";
import {
  EventType,
  eventTypeWord,
  OEM_STATES,
  SENSOR_TYPES,
  type StateRow,
  type StateSubject,
  sensorKind,
  statesOf,
  stateWords,
} from "../../src/ipmi/index.ts";
import { DISAPPEARED, HEALTH_WORDS, type Health, type SeverityRule } from "../../src/model/index.ts";
import { compactRecord, fullRecord } from "../rig/sdr.ts";
import { answered, numbered } from "./plans.ts";

const rules = parseSeverityRules(readFileSync(SHIPPED_SEVERITY_RULES, "utf8"), "severity.yml", ruleVocabulary());
const shipped = new Severities(rules);

/** Nobody's severity: what comes back when no rule decided. */
const NONE = { asserted: 9 as Health, deasserted: 9 as Health };

const subjectOf = (subject: StateSubject): SeveritySubject => ({
  name: "",
  kind: sensorKind(subject.sensorType),
  sensorType: subject.sensorType,
  eventType: eventTypeWord(subject.eventType),
  manufacturerId: subject.manufacturerId,
  productId: subject.productId,
});

/** Every sort of sensor there is: each class with each type, and what manufacturers made up. */
const SUBJECTS: readonly StateSubject[] = [
  ...Object.values(EventType).flatMap((eventType) =>
    [...SENSOR_TYPES, 0xc0, 0xf3].map((sensorType) => ({ eventType, sensorType })),
  ),
  ...OEM_STATES.flatMap(({ manufacturerIds, productIds, eventType, sensorType }) =>
    manufacturerIds.flatMap((manufacturerId) =>
      (productIds ?? [1]).map((productId) => ({ manufacturerId, productId, eventType, sensorType })),
    ),
  ),
  // Their neighbours: the same maker, another product.
  ...OEM_STATES.map(({ manufacturerIds: [manufacturerId], eventType, sensorType }) => ({
    manufacturerId,
    productId: 9999,
    eventType,
    sensorType,
  })),
];

const titled = (subject: StateSubject): string =>
  `${eventTypeWord(subject.eventType)} ${sensorKind(subject.sensorType)} ${subject.manufacturerId ?? ""}`;

/**
 * States that only say what is installed, connected, enabled, started or booted, by their sensors. FreeIPMI calls them
 * warnings or critical; nobody would get up at night for an empty slot.
 */
const NO_FAILURES: Readonly<Record<string, readonly string[]>> = {
  presence: ["device_absent"],
  enabled: ["device_disabled"],
  availability: ["in_test", "power_off", "on_line", "off_line", "off_duty", "power_save"],
  "digital_state drive": ["state_deasserted"],
  "sensor_specific power_supply": ["inactive"],
  "sensor_specific system_event": ["system_reconfigured"],
  "sensor_specific system_boot": ["software_hard_reset", "software_warm_reset"],
  "sensor_specific boot_error": ["boot_selection_timeout"],
  "sensor_specific os_stop": ["graceful_stop", "graceful_shutdown", "pef_soft_shutdown"],
  "sensor_specific slot": ["disabled"],
  "sensor_specific acpi_power_state": ["unspecified", "unknown"],
  "sensor_specific entity_presence": ["entity_absent", "entity_disabled"],
  "sensor_specific lan": ["heartbeat_lost"],
  "sensor_specific version_change": ["hardware_change", "firmware_change"],
  "sensor_specific fru_state": [
    "not_installed",
    "inactive",
    "activation_requested",
    "activation_in_progress",
    "deactivation_requested",
    "deactivation_in_progress",
  ],
  "oem oem": ["not_installed"],
  "oem module": ["absent", "offline", "write_protected"],
};
/** The others that differ. */
const LESS: Readonly<Record<string, Health>> = { "physical_security lan_leash_lost": 1 };

describe("the shipped severities", () => {
  it("are those of FreeIPMI for each state in both directions, except for states that are no failure", () => {
    const rows = SUBJECTS.flatMap((s) => statesOf(s).map((row): [StateSubject, StateRow] => [s, row]));
    const graded = rows.map(([subject, row]) => {
      const { asserted, deasserted } = shipped.gradeOf(subjectOf(subject), row.state, NONE);
      return `${titled(subject)}: ${row.state} ${asserted}/${deasserted}`;
    });
    const differing = new Set<string>();
    const expected = rows.map(([s, { state, asserted, deasserted }]) => {
      const classes = [eventTypeWord(s.eventType), `${eventTypeWord(s.eventType)} ${sensorKind(s.sensorType)}`];
      const known = classes.find((name) => NO_FAILURES[name]?.includes(state));
      if (known && asserted > 0) differing.add(`${known}: ${state}`);
      const ours = known ? 0 : LESS[`${sensorKind(s.sensorType)} ${state}`];
      const both = ours === undefined ? [asserted, deasserted] : [ours, Math.min(ours, deasserted)];
      return `${titled(s)}: ${state} ${both.join("/")}`;
    });
    expect(graded).toEqual(expected);
    expect(rows.length).toBeGreaterThan(1500);
    // Each of the exceptions is one.
    expect([...differing].sort()).toEqual(
      Object.entries(NO_FAILURES)
        .flatMap(([name, states]) => states.map((state) => `${name}: ${state}`))
        .sort(),
    );
  });

  it.each<[string, number, Health]>([
    ["CPU1 Present", 7, 0],
    ["PS_2_PRSNT", 8, 0],
    ["BP1 Cable Connected", 0x1b, 0],
    ["TPM Presence", 0x15, 0],
    ["CPU1 Presented Error", 7, 2],
    ["CPU1 CATERR", 7, 2],
    ["Fan Fail", 4, 1],
  ])('of the generic state "asserted" follow the name of the sensor: %s', (name, sensorType, health) => {
    const subject = { ...subjectOf({ eventType: EventType.DigitalState, sensorType }), name };
    expect(shipped.gradeOf(subject, "state_asserted", NONE).asserted).toBe(health);
  });

  it("cover every state, and use each level", () => {
    const known = new Set(rules.flatMap(({ states }) => states ?? []));
    expect(stateWords().filter((state) => !known.has(state))).toEqual([]);
    expect(HEALTH_WORDS.map((_, health) => rules.some(({ severity }) => severity === health))).not.toContain(false);
  });

  it("cover crossed limits and a bay without a power supply", () => {
    const temperature = subjectOf({ eventType: 1, sensorType: 1 });
    const grade = (state: string, subject = temperature) => shipped.gradeOf(subject, state, NONE).asserted;
    expect(grade("at_or_above_upper_non_critical")).toBe(1);
    expect(grade("at_or_below_lower_critical")).toBe(2);
    expect(grade("at_or_above_upper_non_recoverable")).toBe(3);
    expect(grade(DISAPPEARED)).toBe(1);
    expect(grade("absent", subjectOf({ eventType: 0x6f, sensorType: 8 }))).toBe(0);
  });

  it("have no rule that never decides", () => {
    const deciding = new Set<SeverityRule | undefined>();
    const crossed = stateWords().filter((state) => state.startsWith("at_or_"));
    for (const subject of SUBJECTS)
      for (const state of [...statesOf(subject).map((row) => row.state), ...crossed, "absent", DISAPPEARED])
        for (const name of ["", "PS1 Present"])
          deciding.add(shipped.gradeOf({ ...subjectOf(subject), name }, state, NONE).rule);
    expect(rules.filter((rule) => !deciding.has(rule)).map(({ origin }) => origin?.line)).toEqual([]);
  });
});

const SUPPLY: SeveritySubject = {
  name: "PS2 Status",
  kind: "power_supply",
  sensorType: 8,
  eventType: "sensor_specific",
  entityId: 10,
  manufacturerId: 674,
  productId: 256,
};

/** The shipped rules behind those of a user. */
const behind = (text: string): Severities =>
  new Severities([...parseSeverityRules(text, "my.yml", ruleVocabulary()), ...rules]);

describe("a rule of the user", () => {
  it.each<[string, string, number, number]>([
    ["a state", "{ severity: warning, state: input_lost }", 1, 1],
    ["a state of a kind", "{ severity: ok, state: input_lost, kind: Power Supply }", 0, 0],
    ["a kind", "{ severity: non_recoverable, kind: power_supply }", 3, 1],
    ["another kind", "{ severity: ok, kind: battery }", 2, 1],
    ["a name", "{ severity: ok, name: ^ps2 }", 0, 0],
    ["another name", "{ severity: ok, name: ^ps1 }", 2, 1],
    ["an entity", "{ severity: warning, entity: [7, 10] }", 1, 1],
    ["another entity", "{ severity: warning, entity: 7 }", 2, 1],
    ["a sensor type", "{ severity: warning, sensor_type: 8 }", 1, 1],
    ["an event/reading type", "{ severity: ok, event_type: sensor-specific }", 0, 0],
    ["another event/reading type", "{ severity: ok, event_type: redundancy }", 2, 1],
    ["a manufacturer", "{ severity: ok, manufacturer: Dell }", 0, 0],
    ["another manufacturer", "{ severity: ok, manufacturer: [11, Supermicro] }", 2, 1],
    ["a product", "{ severity: ok, product: 256 }", 0, 0],
    ["another product", "{ severity: ok, product: 257 }", 2, 1],
    ["what happens at the end", "{ severity: critical, deasserted: ok, state: input_lost }", 2, 0],
  ])("that matches by %s takes precedence over the shipped ones", (_what, rule, asserted, deasserted) => {
    const grade = behind(`rules: [${rule}]`).gradeOf(SUPPLY, "input_lost", NONE);
    expect([grade.asserted, grade.deasserted]).toEqual([asserted, deasserted]);
  });

  it("has its file and line", () => {
    const { rule } = behind(
      "rules:\n  - { severity: ok, kind: fan }\n  - { severity: ok, kind: power_supply }\n",
    ).gradeOf(SUPPLY, "input_lost", NONE);
    expect(rule?.origin).toEqual({ file: "my.yml", line: 3 });
  });
});

describe("a plan with severities", () => {
  const plan = compilePlan(
    numbered([
      compactRecord({ number: 0x40, name: "PS1 Status", entity: [10, 1], sensorType: 8, eventType: 0x6f }),
      compactRecord({ number: 0x41, name: "PS2 Status", entity: [10, 2], sensorType: 8, eventType: 0x6f }),
      fullRecord({
        number: 4,
        name: "Inlet Temp",
        entity: [0x37, 1],
        sensorType: 1,
        baseUnit: 1,
        thresholds: { unc: 40, uc: 45 },
      }),
    ]),
  );
  const context = { manufacturerId: 674, productId: 256, hostOff: false, scanningDisabledIsValid: false };
  const healths = (severities: Severities): (number | undefined)[] =>
    planWithSeverities(severities, plan, 674, 256).sensors.map(
      (s) => sensorOf(s, answered({ states: 0x08, raw: 46 }), s, context).health,
    );

  it("has the health of its sensors by the current rules", () => {
    expect(healths(shipped)).toEqual([2, 2, 2]);
    expect(healths(behind("rules: [{ severity: ok, name: ps2, state: input_lost }]"))).toEqual([2, 0, 2]);
    const inlet = "rules: [{ severity: warning, name: inlet, state: at_or_above_upper_critical }]";
    expect(healths(behind(inlet))).toEqual([2, 2, 1]);
    expect(healths(new Severities())).toEqual([2, 2, 2]);
  });

  it("is shared by all hosts of a model, and kept while the rules do not change", () => {
    const made = planWithSeverities(shipped, plan, 674, 256);
    expect(planWithSeverities(shipped, plan, 674, 256)).toBe(made);
    expect(planWithSeverities(shipped, plan, 674, 257)).not.toBe(made);
    const moved = rules.map((rule) => ({ ...rule, origin: { file: "elsewhere.yml", line: 1 } }));
    expect(Severities.renewed(moved, shipped)).toBe(shipped);
    expect(Severities.renewed(rules.slice(1), shipped)).not.toBe(shipped);
  });
});
