import {
  getDeviceSdr,
  getDeviceSdrInfo,
  getSensorEventEnable,
  getSensorEventStatus,
  getSensorHysteresis,
  getSensorReading,
  getSensorReadingFactors,
  getSensorThresholds,
  getSensorType,
  petAcknowledge,
  platformEventMessage,
  reserveDeviceSdrRepository,
  type SensorThresholds,
  setSensorThresholds,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { THRESHOLD_NAMES } from "../../ipmi/tables/threshold.ts";
import { Reader, signed } from "../../ipmi/wire/bytes.ts";
import type { SensorModel, SensorReadingState } from "../boards/board.ts";
import type { Context } from "./context.ts";
import { type Handler, type Refusal, refuse, respond } from "./handler.ts";
import { readDeviceSdr } from "./sdr.ts";

/** Generator id of events from remote consoles, which most BMCs record - IPMI 2.0 table 5-4. */
const CONSOLE_SOFTWARE = 0x41;

/** Runs `then` with the sensor of this number; refuses with CBh where the controller has no such sensor. */
function withSensor<R>(
  context: Context,
  number: number,
  then: (sensor: SensorModel, state: SensorReadingState) => R | Refusal,
): R | Refusal {
  const { model, state } = context.bmc;
  const index = model.sensorIndex(context.owner, context.lun, number);
  const sensor = model.sensors[index];
  if (!sensor) return refuse(CompletionCode.NotPresent);
  const now = state.sensor(index);
  if (now.absent) return refuse(CompletionCode.NotPresent);
  if (!sensor.readable) return refuse(CompletionCode.IllegalForSensor);
  return then(sensor, now);
}

function limitsOf(limits: NonNullable<SensorModel["limits"]>): SensorThresholds {
  return {
    lowerNonCritical: limits.lower_non_critical,
    lowerCritical: limits.lower_critical,
    lowerNonRecoverable: limits.lower_non_recoverable,
    upperNonCritical: limits.upper_non_critical,
    upperCritical: limits.upper_critical,
    upperNonRecoverable: limits.upper_non_recoverable,
  };
}

function comparisonOf(context: Context, sensor: SensorModel, now: SensorReadingState): number {
  const changed = changedLimits(context, sensor);
  return changed ? sensor.comparison(now.raw, changed) : now.states;
}

/** Limits that a console has changed, raw; undefined: none. */
function changedLimits({ bmc }: Context, sensor: SensorModel): SensorModel["limits"] {
  return bmc.changedSettings?.thresholds.get(bmc.model.sensors.indexOf(sensor));
}

/** The thresholds of a sensor now, raw; undefined: it has none. */
function currentLimits(context: Context, sensor: SensorModel): SensorModel["limits"] {
  return changedLimits(context, sensor) ?? sensor.limits;
}

/** The inverse of limitsOf(). */
function namedLimits(thresholds: SensorThresholds): NonNullable<SensorModel["limits"]> {
  const named = THRESHOLD_NAMES.map((name, n) => [name, thresholds[WIRE_NAMES[n] as keyof SensorThresholds]] as const);
  return Object.fromEntries(named.filter(([, raw]) => raw !== undefined));
}

/** In the order of THRESHOLD_NAMES. */
const WIRE_NAMES = THRESHOLD_NAMES.map((name) => {
  const [first = "", ...others] = name.split("_");
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
});

/** Sensors: readings, limits, and the SDRs of a sensor device. */
export const sensorHandlers: readonly Handler[] = [
  respond(
    getSensorReading,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, (sensor, now) => ({
        raw: now.raw,
        eventMessagesEnabled: true,
        scanningEnabled: !now.scanningDisabled,
        unavailable: now.unavailable,
        states: sensor.threshold ? 0xc0 : now.states,
        comparison: sensor.threshold ? comparisonOf(context, sensor, now) : 0,
        stateBytes: sensor.threshold ? 1 : 2,
      })),
    { satellites: true },
  ),
  respond(
    getSensorThresholds,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, (sensor) => {
        const limits = currentLimits(context, sensor);
        return limits ? limitsOf(limits) : refuse(CompletionCode.IllegalForSensor);
      }),
    { satellites: true },
  ),
  respond(setSensorThresholds, (context, { sensorNumber, thresholds }) =>
    withSensor<void>(context, sensorNumber, (sensor) => {
      const limits = currentLimits(context, sensor);
      const change = namedLimits(thresholds);
      if (!limits || !Object.keys(change).every((name) => name in limits)) {
        return refuse(CompletionCode.IllegalForSensor);
      }
      const { bmc } = context;
      bmc.settings.thresholds.set(bmc.model.sensors.indexOf(sensor), { ...limits, ...change });
    }),
  ),
  respond(platformEventMessage, ({ bmc, lun }, event) => {
    const logged = bmc.state.addEvent({
      sensor: { owner: CONSOLE_SOFTWARE, lun, number: event.sensorNumber },
      sensorType: event.sensorType,
      eventType: event.eventType,
      deassertion: event.deassertion,
      dataUse: event.data1 >> 4,
      offset: event.data1 & 0x0f,
      data2: event.data2,
      data3: event.data3,
    });
    if (!logged) return refuse(CompletionCode.OutOfSpace);
  }),
  respond(petAcknowledge, ({ bmc }, { sequence }) => bmc.onPetAcknowledged?.(sequence), { sessionless: true }),
  respond(
    getSensorHysteresis,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, ({ hysteresis }) => hysteresis ?? refuse(CompletionCode.IllegalForSensor)),
    { satellites: true },
  ),
  respond(
    getSensorReadingFactors,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, ({ factors }) =>
        factors ? decodeFactors(factors) : refuse(CompletionCode.IllegalForSensor),
      ),
    { satellites: true },
  ),
  respond(
    getSensorEventEnable,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, (sensor, now) => ({
        eventMessagesEnabled: true,
        scanningEnabled: !now.scanningDisabled,
        assertions: sensor.assertionMask & 0x7fff,
        deassertions: sensor.deassertionMask & 0x7fff,
      })),
    { satellites: true },
  ),
  respond(
    getSensorEventStatus,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, (sensor, now) => ({
        eventMessagesEnabled: true,
        scanningEnabled: !now.scanningDisabled,
        unavailable: now.unavailable,
        assertions: sensor.threshold ? crossingEvents(now.states) : now.states,
        deassertions: 0,
      })),
    { satellites: true },
  ),
  respond(
    getSensorType,
    (context, { sensorNumber }) =>
      withSensor(context, sensorNumber, ({ sensorType, eventType }) => ({ sensorType, eventReadingType: eventType })),
    { satellites: true },
  ),
  respond(
    getDeviceSdrInfo,
    ({ bmc, owner, satellite }, { count }) => {
      const sensors = bmc.model.sensors.filter((s) => s.owner === owner);
      return {
        count: Math.min(0xff, count === "records" ? bmc.model.deviceSdr(satellite).length : sensors.length),
        dynamicPopulation: false,
        luns: sensors.reduce((mask, s) => mask | (1 << s.lun), 0),
      };
    },
    { satellites: true },
  ),
  respond(reserveDeviceSdrRepository, ({ bmc }) => ({ reservationId: bmc.reserveSdr() }), { satellites: true }),
  respond(getDeviceSdr, readDeviceSdr, { satellites: true }),
];

/** Event offsets of comparison bits: lower limits going low, upper limits going high. */
function crossingEvents(comparison: number): number {
  const OFFSETS = [0, 2, 4, 7, 9, 11];
  return OFFSETS.reduce((mask, offset, n) => ((comparison >> n) & 1 ? mask | (1 << offset) : mask), 0);
}

/** The factors of the record; they are the same for every reading of a linear sensor. */
function decodeFactors(bytes: Uint8Array) {
  const from = new Reader(bytes, "sensor factors");
  const nextReading = from.u8();
  const [m = 0, mTolerance = 0, b = 0, bAccuracy = 0, accuracy = 0, exponents = 0] = from.bytes(6);
  return {
    nextReading,
    m: signed(((mTolerance >> 6) << 8) | m, 10),
    tolerance: mTolerance & 0x3f,
    b: signed(((bAccuracy >> 6) << 8) | b, 10),
    accuracy: ((accuracy >> 4) << 6) | (bAccuracy & 0x3f),
    accuracyExponent: (accuracy >> 2) & 3,
    rExponent: signed(exponents >> 4, 4),
    bExponent: signed(exponents & 0x0f, 4),
  };
}
