import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import type { Component } from "../physics/condition.ts";
import type { DiscreteSpec, Entity, EventOnlySpec, Words } from "./spec.ts";

/* Sensors with states, and those with events only. Defaults are those of most firmware. */

type Discrete = Partial<Omit<DiscreteSpec, "kind" | "name" | "words" | "entity" | "watches">>;

const bits = (...offsets: readonly number[]): number => offsets.reduce((mask, offset) => mask | (1 << offset), 0);

/** A sensor whose states never change. */
export function steady(
  name: string,
  sensorType: number,
  eventType: number,
  states: number,
  entity: Entity,
  more: Discrete = {},
): DiscreteSpec {
  return { kind: "discrete", name, sensorType, eventType, entity, words: { ok: states }, asserts: 0, ...more };
}

/** A sensor that watches a part. */
export function watching(
  name: string,
  component: Component,
  part: number,
  sensorType: number,
  eventType: number,
  words: Words,
  entity: Entity,
  more: Discrete = {},
): DiscreteSpec {
  return { kind: "discrete", name, sensorType, eventType, entity, words, watches: { component, part }, ...more };
}

/** A supply: presence and faults. Vendors differ in the states of a lost input. */
export function psuStatus(
  name: string,
  n: number,
  entity: Entity,
  inputLost: readonly number[] = [0, 3],
  more: Discrete = {},
): DiscreteSpec {
  const words = { ok: bits(0), failed: bits(0, 1), predicted: bits(0, 2), input_lost: bits(...inputLost), absent: 0 };
  return watching(name, "psu", n, SensorType.PowerSupply, EventType.SensorSpecific, words, entity, more);
}

/** Redundancy of the supplies or the fans: full, lost, or not enough left. */
export function redundancy(
  name: string,
  of: "power" | "cooling",
  entity: Entity,
  more: Discrete & { readonly sensorType?: number } = {},
): DiscreteSpec {
  const words = { ok: bits(0), degraded: bits(2), lost: bits(1), failed: bits(5) };
  const sensorType = of === "power" ? SensorType.PowerUnit : SensorType.Fan;
  return watching(name, of, 1, sensorType, EventType.Redundancy, words, entity, {
    asserts: bits(0, 1, 2, 5),
    deasserts: 0,
    ...more,
  });
}

/** Power of the whole machine: off, input lost. */
export function powerUnit(name: string, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: 0, off: bits(0), input_lost: bits(0, 4), failed: bits(6) };
  return watching(name, "host", 1, SensorType.PowerUnit, EventType.SensorSpecific, words, entity, more);
}

export function acpi(name: string, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: bits(0), off: bits(5), input_lost: bits(5) };
  return watching(name, "host", 1, SensorType.AcpiPowerState, EventType.SensorSpecific, words, entity, {
    asserts: bits(0, 5),
    deasserts: 0,
    ...more,
  });
}

export function cpuStatus(name: string, n: number, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = {
    ok: bits(7),
    absent: 0,
    failed: bits(0, 7),
    thermal_trip: bits(1, 7),
    throttled: bits(7, 10),
    machine_check: bits(7, 11),
  };
  return watching(name, "cpu", n, SensorType.Processor, EventType.SensorSpecific, words, entity, more);
}

export function drive(name: string, n: number, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: bits(0), absent: 0, failed: bits(0, 1), predicted: bits(0, 2), rebuilding: bits(0, 7) };
  return watching(name, "drive", n, SensorType.DriveSlot, EventType.SensorSpecific, words, entity, more);
}

/** A memory module. The system firmware logs errors, so the sensor has no events. */
export function dimm(name: string, n: number, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = {
    ok: bits(6),
    absent: 0,
    correctable: bits(0, 6),
    logging_limit: bits(0, 5, 6),
    uncorrectable: bits(1, 6),
  };
  const quiet = { asserts: 0, deasserts: 0, ...more };
  return watching(name, "dimm", n, SensorType.Memory, EventType.SensorSpecific, words, entity, quiet);
}

/** The memory as a whole. */
export function memory(name: string, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: 0, correctable: bits(0), logging_limit: bits(0, 5), uncorrectable: bits(1) };
  const quiet = { asserts: 0, deasserts: 0, ...more };
  return watching(name, "memory", 1, SensorType.Memory, EventType.SensorSpecific, words, entity, quiet);
}

/** State of a rotor: ok, failed. */
export function fanState(name: string, n: number, entity: Entity, more: Discrete = {}): DiscreteSpec {
  return watching(
    name,
    "fan",
    n,
    SensorType.Fan,
    EventType.DigitalState,
    { ok: bits(0), failed: bits(1) },
    entity,
    more,
  );
}

export function intrusion(name: string, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: 0, open: bits(0) };
  return watching(name, "chassis", 1, SensorType.PhysicalSecurity, EventType.SensorSpecific, words, entity, more);
}

export function eventLog(name: string, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: 0, almost_full: bits(5), full: bits(4) };
  const normal = { possible: bits(2, 4, 5), asserts: bits(4, 5), deasserts: 0, ...more };
  return watching(name, "log", 1, SensorType.EventLogging, EventType.SensorSpecific, words, entity, normal);
}

export function battery(name: string, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: bits(2), low: bits(0, 2), failed: bits(1, 2) };
  return watching(name, "battery", 1, SensorType.Battery, EventType.SensorSpecific, words, entity, more);
}

/** A rail with a power good signal only. */
export function powerGood(name: string, rail: number, entity: Entity, more: Discrete = {}): DiscreteSpec {
  const words = { ok: bits(0), failed: bits(1) };
  return watching(name, "rail", rail, SensorType.Voltage, EventType.DigitalState, words, entity, {
    hostPowered: true,
    asserts: bits(1),
    ...more,
  });
}

/** Something that is always present (08h). */
export const presence = (name: string, sensorType: number, entity: Entity): DiscreteSpec =>
  steady(name, sensorType, EventType.Presence, bits(1), entity, { possible: bits(0, 1) });

/** A slot that is always empty (08h). */
export const emptySlot = (name: string, sensorType: number, entity: Entity): DiscreteSpec =>
  steady(name, sensorType, EventType.Presence, bits(0), entity, { possible: bits(0, 1) });

/** Entity Presence (25h, 6Fh): present, or absent for parts that were never fitted. */
export const entityPresence = (name: string, entity: Entity, is: "present" | "absent" = "present"): DiscreteSpec =>
  steady(name, SensorType.EntityPresence, EventType.SensorSpecific, is === "present" ? bits(0) : bits(1), entity, {
    possible: bits(0, 1),
  });

export const watchdog = (name: string, entity: Entity): DiscreteSpec =>
  steady(name, SensorType.Watchdog2, EventType.SensorSpecific, 0, entity, {
    possible: bits(0, 1, 2, 3, 8),
    asserts: 0x10f,
  });

/** A flag that is normally deasserted (03h). */
export const flag = (name: string, sensorType: number, entity: Entity): DiscreteSpec =>
  steady(name, sensorType, EventType.DigitalState, bits(0), entity, { possible: bits(0, 1) });

/** A sensor with events only. */
export const eventOnly = (
  name: string,
  sensorType: number,
  eventType: number,
  entity: Entity,
  number?: number,
): EventOnlySpec => ({
  kind: "event_only",
  name,
  sensorType,
  eventType,
  entity,
  number,
});
