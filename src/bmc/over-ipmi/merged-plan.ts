import type { SensorDefinition } from "../../ipmi/index.ts";
import { LimitsCache } from "./limits-cache.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { eventKey, type SensorPlan, unique, wantedOf } from "./sensor-plan.ts";

/** Record ids that other tools may be told of a controller's sensors begin here: repositories number theirs from 1. */
const FIRST_LENT_ID = 0x8000;
const MOST_RECORD_ID = 0xfffe;

/** A controller behind the BMC: "82h on channel 0". */
export function controllerText({ ownerId, channel }: Pick<SensorDefinition, "ownerId" | "channel">): string {
  return `${ownerId.toString(16).padStart(2, "0").toUpperCase()}h on channel ${channel}`;
}

/** The plan of one controller's device SDRs, which name the controller as owner. */
export interface SatellitePlan {
  readonly ownerId: number;
  readonly channel: number;
  readonly plan: SensorPlan;
}

/**
 * The plan of a host: the sensors of the BMC's repository, and behind them those that only the controllers' device
 * SDRs describe. A pure function of the plans; equal hosts share what SdrCache.merged() keeps.
 */
export function mergedPlan(own: SensorPlan, others: readonly SatellitePlan[]): SensorPlan {
  const sensors = [...own.sensors];
  const problems = [...own.problems];
  const byEventKey = new Map(own.byEventKey);
  const byId = new Map(own.sensors.map((sensor) => [sensor.id, sensor]));
  const described = new Map<number, PlannedSensor[]>();
  for (const sensor of own.sensors) {
    const key = keyOf(sensor);
    described.set(key, [...(described.get(key) ?? []), sensor]);
  }
  const recordIds = new Set(own.sensors.map(({ codes }) => codes.recordId));
  for (const other of others) {
    const lent = new Map<number, number>();
    for (const sensor of other.plan.sensors) {
      // The repository wins. Two channels can have controllers of one address, and some copies name no channel.
      const isCopied = described.get(keyOf(sensor))?.some((known) => isCopy(known, sensor));
      if (isCopied) continue;
      const { recordId } = sensor.definition;
      const id = lent.get(recordId) ?? lentId(other.ownerId, recordId, recordIds);
      lent.set(recordId, id);
      const own = { ...sensor, id: sensor.id.replace(/#\d+$/, ""), codes: { ...sensor.codes, recordId: id } };
      const added = unique(own, byId);
      if (!added) continue;
      sensors.push(added);
      if (!byEventKey.has(keyOf(sensor))) byEventKey.set(keyOf(sensor), added);
    }
    problems.push(...other.plan.problems.map((problem) => `controller ${controllerText(other)}: ${problem}`));
  }
  return { ...own, sensors, byEventKey, problems, limits: new LimitsCache(), wanted: wantedOf(sensors) };
}

const keyOf = ({ definition: d }: PlannedSensor): number => eventKey(d.ownerId, d.ownerLun, d.number);

function isCopy(known: PlannedSensor, sensor: PlannedSensor): boolean {
  return known.definition.channel === sensor.definition.channel || known.name === sensor.name;
}

/**
 * An id that no other record of the host has: other tools' words tell sensors apart by it. The same from poll to
 * poll, whatever other controllers have.
 */
function lentId(ownerId: number, recordId: number, taken: Set<number>): number {
  let id = Math.min(FIRST_LENT_ID + ((ownerId >> 1) << 8) + (recordId & 0xff), MOST_RECORD_ID);
  while (taken.has(id)) id = id === MOST_RECORD_ID ? 1 : id + 1;
  taken.add(id);
  return id;
}
