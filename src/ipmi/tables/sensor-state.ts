import { EventType } from "./event-type.ts";
import { GENERIC_STATES, GENERIC_STATES_BY_TYPE } from "./generic-state.ts";
import { OEM_STATES, type OemStates } from "./oem-state.ts";
import { SensorType } from "./sensor-type.ts";
import type { Direction, Severity } from "./severity.ts";
import { SPECIFIC_STATES } from "./specific-state.ts";
import type { StateRow, StateTable } from "./state-row.ts";
import { crossedState, THRESHOLD_NAMES } from "./threshold.ts";
import { THRESHOLD_EVENTS } from "./threshold-state.ts";

/** What decides what the bits of a sensor mean. */
export interface StateSubject {
  /** Event/reading type code; bit 7 is ignored. */
  readonly eventType: number;
  readonly sensorType: number;
  /** Of the controller that owns the sensor; without it OEM states are unknown. */
  readonly manufacturerId?: number;
  readonly productId?: number;
}

/** A state a sensor asserts now. */
export interface AssertedState {
  /** Snake case: the `state` label. */
  readonly state: string;
  readonly text: string;
  /** 0 ok to 3 non-recoverable. */
  readonly severity: Severity;
  /** Absent for a state without a bit: an empty power supply bay. */
  readonly offset?: number;
}

/** The states a sensor can assert, by offset; empty where nothing is known. For class 01h: its events. */
export function statesOf(subject: StateSubject): StateTable {
  const oem = oemStatesOf(subject);
  if (oem) return oem.states;
  const eventType = subject.eventType & 0x7f;
  if (eventType === EventType.Threshold) return THRESHOLD_EVENTS;
  if (eventType === EventType.SensorSpecific) return SPECIFIC_STATES.get(subject.sensorType) ?? [];
  return GENERIC_STATES_BY_TYPE.get(eventType)?.get(subject.sensorType) ?? GENERIC_STATES.get(eventType) ?? [];
}

/** One state or event by its offset; undefined if the offset means nothing for this sensor. */
export function stateOf(subject: StateSubject & { readonly offset: number }): StateRow | undefined {
  return statesOf(subject).find((row) => row.offset === subject.offset);
}

/**
 * Severity of a state while it is asserted, or of its assertion (the default) or deassertion event. Undefined if the offset means nothing for this sensor.
 */
export function stateSeverity(
  subject: StateSubject & { readonly offset: number; readonly direction?: Direction },
): Severity | undefined {
  return stateOf(subject)?.[subject.direction ?? "asserted"];
}

/**
 * The states in the state word of a discrete sensor (Get Sensor Reading bytes 3 and 4, LS first).
 * Bits without a meaning are ignored: Supermicro H8SGL-F and X9DRi set some. The health of the sensor
 * is the worst of the severities; no state at all is 0.
 */
export function assertedStates(
  eventType: number,
  sensorType: number,
  stateWord: number,
  manufacturerId?: number,
  productId?: number,
): readonly AssertedState[] {
  const subject = { eventType: eventType & 0x7f, sensorType, manufacturerId, productId };
  // The comparison bits of a threshold sensor are no event offsets: see thresholdHealth.
  if (subject.eventType === EventType.Threshold) return [];
  const word = stateWord & 0x7fff;
  const isValue = oemStatesOf(subject)?.value ?? false;
  const found = statesOf(subject).filter((row) => (isValue ? row.offset === word : (word >> row.offset) & 1));
  if (found.length === 0 && isPowerSupplyStatus(subject)) return [EMPTY_BAY];
  return found.map(({ offset, state, text, asserted }) => ({ offset, state, text, severity: asserted }));
}

/**
 * Every state and event these tables can produce, in words: live states of discrete sensors, crossed limits,
 * and events of threshold sensors. Each once.
 */
export function stateWords(): readonly string[] {
  const generic = [...GENERIC_STATES_BY_TYPE.values()].flatMap((byType) => [...byType.values()]);
  const tables = [
    ...GENERIC_STATES.values(),
    ...generic,
    ...SPECIFIC_STATES.values(),
    ...OEM_STATES.map(({ states }) => states),
    THRESHOLD_EVENTS,
  ];
  const words = tables.flatMap((table) => table.map(({ state }) => state));
  return [...new Set([...words, EMPTY_BAY.state, ...THRESHOLD_NAMES.map(crossedState)])];
}

/** Neither present nor failed: a power supply bay without a supply, which is not a fault. */
const EMPTY_BAY: AssertedState = { state: "absent", text: "Absent", severity: 0 };

const isPowerSupplyStatus = ({ eventType, sensorType }: StateSubject): boolean =>
  (eventType & 0x7f) === EventType.SensorSpecific && sensorType === SensorType.PowerSupply;

function oemStatesOf(subject: StateSubject): OemStates | undefined {
  const { manufacturerId, productId } = subject;
  if (manufacturerId === undefined) return undefined;
  return OEM_STATES.find(
    (known) =>
      known.eventType === (subject.eventType & 0x7f) &&
      known.sensorType === subject.sensorType &&
      known.manufacturerIds.includes(manufacturerId) &&
      (known.productIds === undefined || (productId !== undefined && known.productIds.includes(productId))),
  );
}
