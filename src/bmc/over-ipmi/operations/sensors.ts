import {
  getSensorThresholds,
  type SensorThresholds,
  setSensorThresholds,
  THRESHOLD_NAMES,
  type ThresholdName,
} from "../../../ipmi/index.ts";
import type { Thresholds } from "../../../model/index.ts";
import { OperationError, type SensorOperations, type SensorThresholdsReport } from "../../operations/index.ts";
import { ReadingPolicy } from "../../reading-policy.ts";
import { readChassis } from "../chassis.ts";
import { readDeviceId } from "../controller.ts";
import { HostSensors } from "../host-sensors.ts";
import type { RecordContext } from "../log-entry.ts";
import type { PlannedSensor } from "../planned-sensor.ts";
import { optional, optionalPart } from "../refusals.ts";
import { SensorRoutes } from "../sensor-routes.ts";
import type { OperationSession } from "./operation-session.ts";

const RAW_READINGS = 256;

const FIELDS: Readonly<Record<ThresholdName, keyof SensorThresholds>> = {
  lower_non_critical: "lowerNonCritical",
  lower_critical: "lowerCritical",
  lower_non_recoverable: "lowerNonRecoverable",
  upper_non_critical: "upperNonCritical",
  upper_critical: "upperCritical",
  upper_non_recoverable: "upperNonRecoverable",
};

/** The sensors of the host in the words of the metrics, for readings and for event records. */
export class SensorWords {
  readonly #session: OperationSession;
  readonly #sensors: HostSensors;
  #device: ReturnType<typeof readDeviceId> | undefined;

  constructor(session: OperationSession) {
    const { memory, clock, cache, bridge, roles, severities } = session.tools;
    this.#session = session;
    const policy = new ReadingPolicy({ intervalMs: 0, discreteIntervalMs: 0 });
    this.#sensors = new HostSensors(memory, policy, { clock, cache, bridge, roles, severities });
  }

  async device(): Promise<Awaited<ReturnType<typeof readDeviceId>> | undefined> {
    this.#device ??= readDeviceId(this.#session, this.#session.signal);
    return optional(this.#device);
  }

  /** What is needed to interpret records of the event log. An unreadable repository only costs names. */
  async context(): Promise<RecordContext> {
    const { signal, tools } = this.#session;
    const device = await this.device();
    const plan = await optional(this.#sensors.plan(this.#session, device, signal));
    return { plan, device, severities: tools.severities?.() };
  }

  async read(): ReturnType<SensorOperations["readSensors"]> {
    const { signal } = this.#session;
    const device = await this.device();
    // A stopped fan of a host that is off is no fault.
    const chassis = await optional(readChassis(this.#session, signal));
    const { data, failure } = await this.#sensors.read(this.#session, {
      device,
      hostOff: chassis?.powerOn === false,
      coded: false,
      unhurried: true,
      trace: undefined,
      signal,
    });
    if (failure !== undefined) throw failure;
    return data.sensors ?? [];
  }

  /** FRU devices that the repository describes. */
  async frus() {
    await optionalPart(this.#sensors.plan(this.#session, await this.device(), this.#session.signal));
    return this.#sensors.frus;
  }

  /** Threshold sensors of the plan, in its order. */
  async limited(): Promise<readonly PlannedSensor[]> {
    const plan = await this.#sensors.plan(this.#session, await this.device(), this.#session.signal);
    return plan.sensors.filter(({ definition, unit }) => unit !== undefined && definition.class === "threshold");
  }
}

export function sensorOperations(s: OperationSession, words: SensorWords): SensorOperations {
  const routes = new SensorRoutes({
    bridge: s.tools.bridge,
    assumeBmcOwner: s.tools.memory.quirks.has("assume_bmc_owner"),
  });
  const report = async (sensor: PlannedSensor): Promise<SensorThresholdsReport | undefined> => {
    const route = routes.to(sensor, s.signal);
    if (!route) return undefined;
    const raws = await optional(s.run(getSensorThresholds, { sensorNumber: sensor.definition.number }, route));
    const { id, name, unit, definition } = sensor;
    if (!raws) return undefined;
    return { id, name, unit: unit?.unit, thresholds: inUnit(sensor, raws), settable: definition.settableThresholds };
  };
  return {
    readSensors: () => words.read(),
    async readThresholds(selected) {
      const sensors = await words.limited();
      const wanted = selected === undefined ? sensors : selected.map((name) => theSensor(sensors, name));
      const reports: SensorThresholdsReport[] = [];
      for (const sensor of wanted) {
        const found = await report(sensor);
        if (found) reports.push(found);
      }
      return reports;
    },
    async setThresholds(name, thresholds) {
      const sensor = theSensor(await words.limited(), name);
      const raws = rawsOf(sensor, thresholds);
      const route = routes.to(sensor, s.signal);
      if (!route) throw refused(`${sensor.name} belongs to a controller behind the BMC, and bridging is off`);
      const stored = await s.store(
        () => s.change(setSensorThresholds, { sensorNumber: sensor.definition.number, thresholds: raws }, route),
        () => s.run(getSensorThresholds, { sensorNumber: sensor.definition.number }, route),
        (now) => Object.entries(raws).every(([field, raw]) => now[field as keyof SensorThresholds] === raw),
      );
      const { id, unit, definition } = sensor;
      return {
        id,
        name: sensor.name,
        unit: unit?.unit,
        thresholds: inUnit(sensor, stored),
        settable: definition.settableThresholds,
      };
    },
  };
}

function refused(message: string): OperationError {
  return new OperationError("command", "unsupported", message);
}

/** The sensor with this id, or the only one with this name. */
function theSensor(sensors: readonly PlannedSensor[], name: string): PlannedSensor {
  const byId = sensors.find(({ id }) => id === name);
  if (byId) return byId;
  const [first, second] = sensors.filter((sensor) => sensor.name === name);
  if (!first) throw refused(`there is no sensor "${name}" with thresholds`);
  if (second) throw refused(`several sensors have the name "${name}": use an id, e.g. ${first.id} or ${second.id}`);
  return first;
}

function inUnit(sensor: PlannedSensor, raws: SensorThresholds): Thresholds {
  const values = THRESHOLD_NAMES.flatMap((name) => {
    const raw = raws[FIELDS[name]];
    const value = raw === undefined ? undefined : sensor.convert(raw);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}

/** The raw values nearest to these. */
function rawsOf(sensor: PlannedSensor, thresholds: Thresholds): SensorThresholds {
  const { definition, name } = sensor;
  if (definition.nonLinear) throw refused(`${name} is non-linear: its thresholds cannot be set here`);
  const raws: { -readonly [K in keyof SensorThresholds]: number } = {};
  for (const threshold of THRESHOLD_NAMES) {
    const value = thresholds[threshold];
    if (value === undefined) continue;
    if (!definition.settableThresholds.includes(threshold))
      throw refused(`${name}: ${threshold} cannot be set, according to the sensor record`);
    raws[FIELDS[threshold]] = nearestRaw(sensor, value);
  }
  if (Object.keys(raws).length === 0) throw refused(`${name}: no threshold is given`);
  return raws;
}

function nearestRaw({ convert, name }: PlannedSensor, value: number): number {
  let best: { readonly raw: number; readonly distance: number } | undefined;
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let raw = 0; raw < RAW_READINGS; raw++) {
    const converted = convert(raw);
    if (converted === undefined) continue;
    lowest = Math.min(lowest, converted);
    highest = Math.max(highest, converted);
    const distance = Math.abs(converted - value);
    if (best === undefined || distance < best.distance) best = { raw, distance };
  }
  if (best === undefined || value < lowest || value > highest)
    throw refused(`${name} can represent values from ${lowest} to ${highest}, not ${value}`);
  return best.raw;
}
