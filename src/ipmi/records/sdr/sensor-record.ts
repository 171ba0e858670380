import type { SensorUnits } from "../../tables/unit.ts";
import { bit, bits, flag, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import type { NamedRecord } from "./id-string.ts";

/**
 * Key bytes of a sensor record - IPMI 2.0 tables 43-1, 43-2, 43-3.
 *
 *   [5] owner id: 7:1 slave address or software id, 0 = 1 system software
 *   [6] 7:4 channel, 3:2 FRU owner LUN (2.0), 1:0 LUN
 *   [7] sensor number
 *   [8] entity id
 *   [9] entity instance: 7 logical container, 6:0 instance (60h-7Fh device-relative)
 */
export interface SensorKey {
  /** The byte as received: 20h is the BMC, odd values are software ids. */
  readonly ownerId: number;
  readonly channel: number;
  readonly fruOwnerLun: number;
  readonly ownerLun: number;
  readonly number: number;
  readonly entityId: number;
  /** The byte as received, with the container bit. */
  readonly entityInstance: number;
}

export const ACCESS = ["none", "readable", "settable", "fixed"] as const;
export type Access = (typeof ACCESS)[number];

export const EVENT_CONTROLS = ["per_state", "entire_sensor", "global", "no_events"] as const;
export type EventControl = (typeof EVENT_CONTROLS)[number];

/** Byte 11 of full and compact records: 7 ignore, 6 re-arm, 5:4 hysteresis, 3:2 thresholds, 1:0 event control. */
export interface SensorCapabilities {
  /** Leave the sensor out while its entity is absent. */
  readonly ignoreIfAbsent: boolean;
  /** Events re-arm by themselves. */
  readonly autoRearm: boolean;
  /** "settable" is readable too; "fixed" cannot be read. */
  readonly hysteresis: Access;
  /** "settable" is readable too; "fixed" cannot be read, the record holds the values. */
  readonly thresholdAccess: Access;
  readonly eventControl: EventControl;
}

/**
 * The words at 14-19. Discrete sensors: one bit a state. Threshold sensors, see
 * `thresholdMasks`: 14:12 comparisons returned, 11:0 events; the third has 13:8 settable and 5:0 readable.
 */
export interface SensorMasks {
  readonly assertion: number;
  readonly deassertion: number;
  readonly reading: number;
}

/** Units byte 1, 7:6. */
export const ANALOG_FORMATS = ["unsigned", "ones_complement", "twos_complement", "none"] as const;
export type AnalogFormat = (typeof ANALOG_FORMATS)[number];

/** Bytes 5-22, the same in full and compact records. */
export interface SensorRecordBody extends SdrIdentity, SensorKey, NamedRecord {
  /**
   * Byte 10: 7 settable (2.0), 6 init scanning, 5 init events, 4 init thresholds, 3 init hysteresis,
   * 2 init type, 1 events enabled and 0 scanning enabled at power-up.
   */
  readonly initialisation: number;
  readonly capabilities: SensorCapabilities;
  readonly sensorType: number;
  /** Event/reading type code. */
  readonly eventType: number;
  readonly masks: SensorMasks;
  readonly analogFormat: AnalogFormat;
  readonly units: SensorUnits;
}

export function decodeSensorKey(from: Reader): SensorKey {
  const ownerId = from.u8();
  const channelLun = from.u8();
  return {
    ownerId,
    channel: bits(channelLun, 7, 4),
    fruOwnerLun: bits(channelLun, 3, 2),
    ownerLun: bits(channelLun, 1, 0),
    number: from.u8(),
    entityId: from.u8(),
    entityInstance: from.u8(),
  };
}

export function encodeSensorKey(to: Writer, key: SensorKey): void {
  to.u8(key.ownerId).u8((key.channel << 4) | (key.fruOwnerLun << 2) | key.ownerLun);
  to.u8(key.number).u8(key.entityId).u8(key.entityInstance);
}

export type SensorCommon = Omit<SensorRecordBody, keyof SdrIdentity | keyof NamedRecord>;

/**
 * Bytes 5-22 of full and compact records: the key, then
 *
 *   [10] initialisation  [11] capabilities  [12] sensor type  [13] event/reading type
 *   [14-15] assertion mask  [16-17] deassertion mask  [18-19] reading mask
 *   [20] units 1: 7:6 analog format, 5:3 rate, 2:1 modifier use, 0 percentage
 *   [21] base unit  [22] modifier unit
 */
export function decodeSensorCommon(from: Reader): SensorCommon {
  const key = decodeSensorKey(from);
  const initialisation = from.u8();
  const capabilities = from.u8();
  const sensorType = from.u8();
  const eventType = from.u8();
  const masks = { assertion: from.u16(), deassertion: from.u16(), reading: from.u16() };
  const units = from.u8();
  return {
    ...key,
    initialisation,
    capabilities: {
      ignoreIfAbsent: bit(capabilities, 7),
      autoRearm: bit(capabilities, 6),
      hysteresis: ACCESS[bits(capabilities, 5, 4)] as Access,
      thresholdAccess: ACCESS[bits(capabilities, 3, 2)] as Access,
      eventControl: EVENT_CONTROLS[bits(capabilities, 1, 0)] as EventControl,
    },
    sensorType,
    eventType,
    masks,
    analogFormat: ANALOG_FORMATS[bits(units, 7, 6)] as AnalogFormat,
    units: {
      rate: bits(units, 5, 3),
      modifierUse: bits(units, 2, 1),
      percentage: bit(units, 0),
      base: from.u8(),
      modifier: from.u8(),
    },
  };
}

export function encodeSensorCommon(to: Writer, s: SensorCommon): void {
  const { capabilities: c, masks, units } = s;
  encodeSensorKey(to, s);
  to.u8(s.initialisation);
  to.u8(
    flag(c.ignoreIfAbsent, 7) |
      flag(c.autoRearm, 6) |
      (ACCESS.indexOf(c.hysteresis) << 4) |
      (ACCESS.indexOf(c.thresholdAccess) << 2) |
      EVENT_CONTROLS.indexOf(c.eventControl),
  );
  to.u8(s.sensorType).u8(s.eventType);
  to.u16(masks.assertion).u16(masks.deassertion).u16(masks.reading);
  to.u8(
    (ANALOG_FORMATS.indexOf(s.analogFormat) << 6) |
      (units.rate << 3) |
      (units.modifierUse << 1) |
      flag(units.percentage, 0),
  );
  to.u8(units.base).u8(units.modifier);
}

/** How one record stands for several sensors; bytes 23-24 of compact, 12-13 of event-only records. */
export interface SharedSensors {
  /** Sensors the record describes, with consecutive numbers; 0 and 1: only itself. */
  readonly count: number;
  /** What is added to the name: 0 decimal number, 1 letters. */
  readonly modifierType: number;
  /** First number or letter (0 = A). */
  readonly modifierOffset: number;
  /** True: the entity instance grows with the sensor number. */
  readonly incrementsEntityInstance: boolean;
  /** 0 unspecified, 1 input, 2 output. */
  readonly direction: number;
}

/**
 *   [0] 7:6 direction, 5:4 modifier type, 3:0 share count
 *   [1] 7 entity instance increments, 6:0 modifier offset
 */
export function decodeSharedSensors(from: Reader): SharedSensors {
  const first = from.u8();
  const second = from.u8();
  return {
    count: bits(first, 3, 0),
    modifierType: bits(first, 5, 4),
    modifierOffset: bits(second, 6, 0),
    incrementsEntityInstance: bit(second, 7),
    direction: bits(first, 7, 6),
  };
}

export function encodeSharedSensors(to: Writer, s: SharedSensors): void {
  to.u8((s.direction << 6) | (s.modifierType << 4) | s.count);
  to.u8(flag(s.incrementsEntityInstance, 7) | s.modifierOffset);
}
