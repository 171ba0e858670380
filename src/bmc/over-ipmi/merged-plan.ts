import type { SensorDefinition } from "../../ipmi/index.ts";
import { LimitsCache } from "./limits-cache.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { SensorIds, withoutNumber } from "./sensor-ids.ts";
import { eventKey, MOST_PLANNED, type SensorPlan, wantedOf } from "./sensor-plan.ts";

/** First record id, for other tools' output, of sensors of a controller; repositories number theirs from 1. */
const FIRST_LENT_ID = 0x8000;
const MOST_RECORD_ID = 0xfffe;

/** Name of a controller behind the BMC: "82h on channel 0". */
export function controllerText({ ownerId, channel }: Pick<SensorDefinition, "ownerId" | "channel">): string {
  return `${ownerId.toString(16).padStart(2, "0").toUpperCase()}h on channel ${channel}`;
}

/** The plan of one controller's device SDRs. They name the controller as owner. */
export interface SatellitePlan {
  readonly ownerId: number;
  readonly channel: number;
  readonly plan: SensorPlan;
}

/**
 * The plan of a host: the sensors of the BMC's repository, then those that only the device SDRs of controllers
 * describe. A pure function of the plans; equal hosts share the result in SdrCache.merged().
 */
export function mergedPlan(own: SensorPlan, others: readonly SatellitePlan[]): SensorPlan {
  const sensors = [...own.sensors];
  const problems = [...own.problems];
  const byEventKey = new Map(own.byEventKey);
  const ids = new SensorIds(own.sensors);
  const described = new Set(own.sensors.flatMap(copyKeys));
  const recordIds = new Set(own.sensors.map(({ codes }) => codes.recordId));
  let { omitted } = own;
  for (const other of others) {
    omitted += other.plan.omitted;
    const lent = new Map<number, number>();
    for (const sensor of other.plan.sensors) {
      if (sensors.length >= MOST_PLANNED) {
        omitted++;
        continue;
      }
      // The repository takes precedence. Two channels may have controllers with the same address, and some copies have
      // no channel.
      if (copyKeys(sensor).some((key) => described.has(key))) continue;
      const { recordId } = sensor.definition;
      const id = lent.get(recordId) ?? lentId(other.ownerId, recordId, recordIds);
      lent.set(recordId, id);
      // Copies are left out: other tools do not read the device SDRs of controllers.
      const own = { ...withoutNumber(sensor), codes: { ...sensor.codes, recordId: id }, copies: undefined };
      const added = ids.add(own);
      if (added.codes !== own.codes) continue;
      sensors.push(added);
      if (!byEventKey.has(keyOf(sensor))) byEventKey.set(keyOf(sensor), added);
    }
    problems.push(...other.plan.problems.map((problem) => `controller ${controllerText(other)}: ${problem}`));
  }
  return { ...own, sensors, omitted, byEventKey, problems, limits: new LimitsCache(), wanted: wantedOf(sensors) };
}

const keyOf = ({ definition: d }: PlannedSensor): number => eventKey(d.ownerId, d.ownerLun, d.number);

/** Two sensors of one owner, LUN and number are copies of each other if they share the channel or the name. */
function copyKeys(sensor: PlannedSensor): readonly string[] {
  const key = keyOf(sensor);
  return [`${key} channel ${sensor.definition.channel}`, `${key} name ${sensor.name}`];
}

/**
 * A record id that is unique on the host, because other tools distinguish sensors by it. Does not change between polls,
 * whatever other controllers have.
 */
function lentId(ownerId: number, recordId: number, taken: Set<number>): number {
  let id = Math.min(FIRST_LENT_ID + ((ownerId >> 1) << 8) + (recordId & 0xff), MOST_RECORD_ID);
  while (taken.has(id)) id = id === MOST_RECORD_ID ? 1 : id + 1;
  taken.add(id);
  return id;
}
