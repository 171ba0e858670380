import { describe, expect, it } from "vitest";
import { COMPONENT_OF_KIND } from "../../src/exposition/component.ts";
import { redundancyRank } from "../../src/exposition/families/health.ts";
import { labelName } from "../../src/exposition/families/identity.ts";
import { FAMILIES, renderProbe } from "../../src/exposition/index.ts";
import { sensorKind } from "../../src/ipmi/index.ts";
import { FAILURE_REASONS, Health, type HostRecord, type HostSnapshot } from "../../src/model/index.ts";
import { dead, fru, full, host, record, sensor, snapshot, stale, unheard } from "./records.ts";

const lines = (of: HostRecord, family: string): string[] =>
  renderProbe(of)
    .toString()
    .split("\n")
    .filter((line) => line.startsWith(`${family}{`) || line.startsWith(`${family} `));

const recordOf = (more: Partial<HostSnapshot>): HostRecord => record(snapshot("n", more));

describe("the vocabulary", () => {
  it("has no duplicate family", () => {
    const names = FAMILIES.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it("has the prefix bmc_ on every family and _total on counters only", () => {
    for (const { name, type } of FAMILIES) {
      expect(name).toMatch(/^bmc_[a-z0-9_]+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      expect(name.endsWith("_info"), name).toBe(type === "info");
    }
  });

  it("has a sensor in every sample of a sensor family and in no other", () => {
    for (const family of FAMILIES)
      for (const sample of family.samples(full))
        expect(sample.sensor !== undefined, family.name).toBe(family.ofSensors);
  });

  it("exports only reachability and inventory labels for a host that is down", () => {
    for (const silent of [dead, stale, unheard]) {
      const names = new Set(
        FAMILIES.filter((family) => [...family.samples(silent)].length > 0).map(({ name }) => name),
      );
      for (const allowed of [
        "bmc_up",
        "bmc_failure",
        "bmc_poll_failures_total",
        "bmc_poll_duration_seconds",
        "bmc_last_success_timestamp_seconds",
        "bmc_host_info",
      ])
        names.delete(allowed);
      expect([...names]).toEqual([]);
    }
  });
});

describe("reach", () => {
  it("always exports a failure with bmc_up 0", () => {
    expect(lines(dead, "bmc_failure")).toEqual(['bmc_failure{stage="rakp",reason="wrong_password"} 1']);
    expect(lines(stale, "bmc_failure")).toEqual(['bmc_failure{stage="connect",reason="timeout"} 1']);
    expect(lines(unheard, "bmc_failure")).toEqual(['bmc_failure{stage="waiting",reason="not_polled"} 1']);
    expect(lines(full, "bmc_failure")).toEqual([]);
  });

  it("counts failures by reason from 0, without not_polled", () => {
    expect(lines(unheard, "bmc_poll_failures_total")).toEqual(
      FAILURE_REASONS.map((reason) => `bmc_poll_failures_total{reason="${reason}"} 0`),
    );
  });
});

describe("sensors", () => {
  it("have the same labels on reading, thresholds, health and states, so that they can be joined", () => {
    const labels = 'sensor="T",id="20/0/01",entity="3.1",role="cpu"';
    const of = recordOf({
      sensors: [
        sensor("20/0/01", {
          name: "T",
          entity: "3.1",
          role: "cpu",
          quantity: "temperature",
          value: 90,
          thresholds: { upper_critical: 85 },
          health: Health.Critical,
          states: ["upper_critical"],
        }),
      ],
    });
    expect(lines(of, "bmc_temperature_celsius")).toEqual([`bmc_temperature_celsius{${labels}} 90`]);
    expect(lines(of, "bmc_temperature_threshold_celsius")).toEqual([
      `bmc_temperature_threshold_celsius{${labels},threshold="upper_critical"} 85`,
    ]);
    expect(lines(of, "bmc_sensor_health")).toEqual([`bmc_sensor_health{${labels},kind="temperature"} 2`]);
    expect(lines(of, "bmc_sensor_state")).toEqual([
      `bmc_sensor_state{${labels},kind="temperature",state="upper_critical"} 1`,
    ]);
  });

  it("have a series for each of the six thresholds", () => {
    const thresholds = {
      lower_non_recoverable: 1,
      lower_critical: 2,
      lower_non_critical: 3,
      upper_non_critical: 4,
      upper_critical: 5,
      upper_non_recoverable: 6,
    };
    const of = recordOf({ sensors: [sensor("1", { quantity: "voltage", thresholds })] });
    const told6 = lines(of, "bmc_voltage_threshold_volts").map((line) =>
      /threshold="(\w+)"} (\d)/.exec(line)?.slice(1),
    );
    expect(told6).toEqual(Object.entries(thresholds).map(([name, value]) => [name, String(value)]));
  });

  it("have no series without reading, state and health", () => {
    const of = recordOf({ sensors: [sensor("1", { quantity: "temperature", noReading: "unavailable" })] });
    expect(renderProbe(of).toString()).not.toContain('id="1"');
  });
});

describe("bmc_health", () => {
  it("is absent if neither a sensor nor a chassis fault reports a health", () => {
    expect(lines(recordOf({ sensors: [sensor("1")], chassis: full.snapshot?.chassis }), "bmc_health")).not.toEqual([]);
    expect(lines(recordOf({ sensors: [sensor("1")] }), "bmc_health")).toEqual([]);
  });

  it.each([
    ["temperature", "thermal"],
    ["fan", "fan"],
    ["cooling_device", "fan"],
    ["voltage", "power"],
    ["power_supply", "power"],
    ["battery", "power"],
    ["memory", "memory"],
    ["processor", "processor"],
    ["drive", "storage"],
    ["physical_security", "security"],
    ["critical_interrupt", "other"],
    ["constructor", "other"],
  ])("counts a sensor of kind %s under %s", (kind, component) => {
    expect(lines(recordOf({ sensors: [sensor("1", { kind, health: Health.Warning })] }), "bmc_health")).toEqual([
      'bmc_health{component="system"} 1',
      `bmc_health{component="${component}"} 1`,
    ]);
  });

  it("has a component for kinds that sensors can have, and for no others", () => {
    const kinds = new Set(Array.from({ length: 256 }, (_, sensorType) => sensorKind(sensorType)));
    for (const ofRedfish of ["storage_controller", "volume", "leak_detector"]) kinds.add(ofRedfish);
    expect([...COMPONENT_OF_KIND.keys()].filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it("includes the self test of the BMC", () => {
    const of = recordOf({ controller: { selfTest: { results: ["fatal_hardware"], health: Health.Critical } } });
    expect(lines(of, "bmc_health")).toEqual([
      'bmc_health{component="system"} 2',
      'bmc_health{component="management"} 2',
    ]);
    expect(lines(of, "bmc_self_test_health")).toEqual(["bmc_self_test_health 2"]);
    const untold = recordOf({ controller: { selfTest: { results: ["not_implemented"] } } });
    expect(lines(untold, "bmc_health")).toEqual([]);
    expect(lines(untold, "bmc_self_test_health")).toEqual([]);
    expect(lines(untold, "bmc_self_test")).toEqual(['bmc_self_test{result="not_implemented"} 1']);
  });

  it("includes fault bits of the chassis that are set, and ignores cleared ones", () => {
    const none = { power: false, power_control: false, overload: false, interlock: false, cooling: false };
    const of = recordOf({ chassis: { powerOn: true, faults: { ...none, drive: false, intrusion: true } } });
    expect(lines(of, "bmc_health")).toEqual(['bmc_health{component="system"} 1', 'bmc_health{component="security"} 1']);
  });
});

describe("bmc_redundancy", () => {
  it.each([
    ["fully_redundant", 0],
    ["redundancy_lost", 2],
    ["redundancy_degraded", 1],
    ["non_redundant_sufficient_from_redundant", 2],
    ["non_redundant_sufficient_from_insufficient", 2],
    ["non_redundant_insufficient", 2],
    ["redundancy_degraded_from_fully_redundant", 1],
    ["redundancy_degraded_from_non_redundant", 1],
    ["presence_detected", undefined],
    ["degraded", undefined],
  ])("ranks %s as %s", (state, rank) => {
    expect(redundancyRank(state)).toBe(rank);
  });

  it("is the worst of several sensors, for each of power and fan", () => {
    const of = recordOf({
      sensors: [
        sensor("1", { kind: "power_unit", states: ["fully_redundant"] }),
        sensor("2", { kind: "power_supply", states: ["redundancy_lost"] }),
        sensor("3", { kind: "fan", states: ["fully_redundant"] }),
      ],
    });
    expect(lines(of, "bmc_redundancy")).toEqual([
      'bmc_redundancy{subject="power"} 2',
      'bmc_redundancy{subject="fan"} 0',
    ]);
  });
});

describe("labels of the inventory", () => {
  it.each([
    ["asset-tag", "asset_tag"],
    ["2nd", "_2nd"],
    ["__meta", "_meta"],
    ["größe", "gr__e"],
  ])("named %s are exported as %s", (key, name) => {
    expect(labelName(key)).toBe(name);
  });

  it("do not replace host and place, and take precedence over the address", () => {
    const of = record(snapshot("n"), {
      host: host("n", { labels: { host: "other", rack: "other", address: "see the wiki", constructor: "x" } }),
    });
    expect(lines(of, "bmc_host_info")).toEqual(['bmc_host_info{address="see the wiki",constructor="x"} 1']);
  });
});

describe("duplicate series", () => {
  it("are exported once if FRUs have equal labels", () => {
    const of = recordOf({ frus: [fru("PSU", 1), fru("PSU", 2)] });
    expect(lines(of, "bmc_fru_info")).toEqual(['bmc_fru_info{fru="PSU"} 1']);
  });

  it("of two power supplies with one name are told apart by the FRU device id", () => {
    const of = recordOf({ frus: [fru("PSU", 1, { capacityWatts: 750 }), fru("PSU", 2, { capacityWatts: 800 })] });
    expect(lines(of, "bmc_psu_capacity_watts")).toEqual([
      'bmc_psu_capacity_watts{psu="PSU 1"} 750',
      'bmc_psu_capacity_watts{psu="PSU 2"} 800',
    ]);
  });

  it("are exported for the first of two sensors with one id", () => {
    const of = recordOf({
      sensors: [
        sensor("1", { name: "A", quantity: "temperature", value: 1 }),
        sensor("1", { name: "B", quantity: "temperature", value: 2 }),
      ],
    });
    expect(lines(of, "bmc_temperature_celsius")).toEqual(['bmc_temperature_celsius{sensor="A",id="1",entity="7.1"} 1']);
  });

  it("are exported once if a state is asserted twice", () => {
    expect(lines(recordOf({ sensors: [sensor("1", { states: ["a", "a", "b"] })] }), "bmc_sensor_state")).toHaveLength(
      2,
    );
  });
});
