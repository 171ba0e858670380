import { worstHealth } from "../../model/index.ts";
import { COMPONENTS, type Component, componentHealth, componentOf } from "../component.ts";
import { family, type Sample, sensorFamily } from "../family.ts";

const SCALE = "0 ok, 1 warning, 2 critical, 3 non-recoverable";

/**
 * Rank of a redundancy state (IPMI generic event/reading type 0Bh): 0 full, 1 degraded, 2 lost; undefined for every
 * other state. "degraded" is tested first, because "redundancy_degraded_from_fully_redundant" contains both words.
 */
export function redundancyRank(state: string): number | undefined {
  if (!state.includes("redundan")) return undefined;
  if (state.includes("degraded")) return 1;
  if (/lost|non_?redundan|not_redundan|insufficient/.test(state)) return 2;
  return /full|^redundant$/.test(state) ? 0 : undefined;
}

function sameStates(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((state, i) => state === b[i]));
}

export const health = [
  family({
    name: "bmc_health",
    type: "gauge",
    help: `Worst health of the host (component "system") and of each component: ${SCALE}.`,
    labels: ["component"],
    source: "health of the sensors, chassis faults, self test of the BMC; Redfish HealthRollup of the systems",
    *samples({ snapshot }) {
      if (snapshot === undefined) return;
      const worst = componentHealth(snapshot);
      const system = worstHealth([...worst.values(), snapshot.chassis?.systemHealth]);
      if (system !== undefined) yield { labels: ["system"], value: system };
      for (const component of COMPONENTS) {
        const value = worst.get(component);
        if (value !== undefined) yield { labels: [component], value };
      }
    },
  }),
  sensorFamily({
    name: "bmc_sensor_health",
    type: "gauge",
    help: `Health of each sensor, analog or discrete: ${SCALE}.`,
    labels: ["kind"],
    source: "IPMI Get Sensor Reading; Redfish Status",
    samples({ snapshot }) {
      const samples: Sample[] = [];
      for (const sensor of snapshot?.sensors ?? [])
        if (sensor.health !== undefined) samples.push({ sensor, labels: [sensor.kind], value: sensor.health });
      return samples;
    },
    same: (a, b) => a.health === b.health && a.kind === b.kind,
  }),
  sensorFamily({
    name: "bmc_sensor_state",
    type: "gauge",
    help: "1 for each state that a sensor asserts, normal states included. Absent while the state is not asserted.",
    labels: ["kind", "state"],
    source: "IPMI Get Sensor Reading; Redfish Status",
    samples({ snapshot }) {
      const samples: Sample[] = [];
      for (const sensor of snapshot?.sensors ?? []) {
        const { kind, states } = sensor;
        for (const state of states.length > 1 ? new Set(states) : states)
          samples.push({ sensor, labels: [kind, state], value: 1 });
      }
      return samples;
    },
    same: (a, b) => a.kind === b.kind && sameStates(a.states, b.states),
  }),
  family({
    name: "bmc_redundancy",
    type: "gauge",
    help: "Redundancy of the power supplies, fans and other components of the host: 0 full, 1 degraded, 2 lost. The worst of several sensors.",
    labels: ["subject"],
    source: "IPMI sensors with redundancy states",
    *samples({ snapshot }) {
      const worst = new Map<Component, number>();
      for (const { kind, states } of snapshot?.sensors ?? []) {
        for (const state of states) {
          const rank = redundancyRank(state);
          const subject = rank === undefined ? "other" : componentOf(kind);
          if (rank !== undefined && subject !== "other") worst.set(subject, Math.max(rank, worst.get(subject) ?? 0));
        }
      }
      for (const [subject, value] of worst) yield { labels: [subject], value };
    },
  }),
];
