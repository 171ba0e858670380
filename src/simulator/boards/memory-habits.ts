import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import type { BoardEvent, SensorAddress } from "./board.ts";
import type { MemoryErrorKind, MemoryHabits } from "./spec.ts";

/*
 * How the firmware of vendors encodes memory errors in the SEL. ipmi/records/sel/dimm.ts decodes the same formats.
 */

/** Offsets of a memory sensor, IPMI 2.0 table 42-3. */
const OFFSETS: Readonly<Record<MemoryErrorKind, number>> = { correctable: 0, uncorrectable: 1, logging_limit: 5 };

/** Event data 1, upper half: data 2 and 3 are defined by the manufacturer. */
const BOTH_OEM = 0x0a;
/** Data 3 is defined by the specification. */
const DATA3_SPECIFIC = 0x03;
/** Data 3 is defined by the manufacturer, data 2 is unspecified. */
const DATA3_OEM = 0x02;

const memoryEvent = (sensor: SensorAddress, kind: MemoryErrorKind): BoardEvent => ({
  sensor,
  sensorType: SensorType.Memory,
  eventType: EventType.SensorSpecific,
  offset: OFFSETS[kind],
});

/** Data 3 is the number of the module, counted from 1. */
export function standardHabits(sensor: number): MemoryHabits {
  return {
    slot: (dimm) => `DIMM ${dimm}`,
    event: (kind, dimm) => ({ ...memoryEvent(sensor, kind), dataUse: DATA3_SPECIFIC, data3: dimm }),
  };
}

/** One sensor per module; the event holds nothing more. */
export function sensorPerDimm(sensorOf: (dimm: number) => number, slot: (dimm: number) => string): MemoryHabits {
  return { slot, event: (kind, dimm) => memoryEvent(sensorOf(dimm), kind) };
}

const DELL_NAMED_BY_TWELVE = 0xc0;
const letter = (n: number): string => String.fromCharCode(0x41 + n);

/** Dell, twelve modules a processor: data 2 the group of eight, data 3 a bit for each module of it. */
export function dellHabits(sensors: {
  readonly correctable: number;
  readonly uncorrectable: number;
  readonly loggingOff: number;
}): MemoryHabits {
  return {
    slot: (dimm) => `${letter(Math.floor((dimm - 1) / 12))}${((dimm - 1) % 12) + 1}`,
    event(kind, dimm) {
      const where = {
        dataUse: BOTH_OEM,
        data2: DELL_NAMED_BY_TWELVE | ((dimm - 1) >> 3),
        data3: 1 << ((dimm - 1) & 7),
      };
      // iDRAC reports the limit as "correctable error logging disabled", with a sensor of its own.
      if (kind === "logging_limit")
        return {
          sensor: sensors.loggingOff,
          sensorType: SensorType.EventLogging,
          eventType: EventType.SensorSpecific,
          offset: 0,
          ...where,
        };
      return { ...memoryEvent(sensors[kind], kind), ...where };
    },
  };
}

/** Software id of a BIOS that writes events itself, as generator byte. */
const BIOS = 0x01;
const SMI_HANDLER = 0x33;

/**
 * Supermicro X11: data 2 has a letter from 1 and a digit from Ah, data 3 the processor; letters restart at each
 * processor.
 */
export function supermicroHabits(dimmsPerCpu: number, dimmsPerLetter: number): MemoryHabits {
  const place = (dimm: number) => {
    const cpu = Math.floor((dimm - 1) / dimmsPerCpu);
    const index = (dimm - 1) % dimmsPerCpu;
    return { cpu, channel: Math.floor(index / dimmsPerLetter), digit: index % dimmsPerLetter };
  };
  return {
    slot(dimm) {
      const { cpu, channel, digit } = place(dimm);
      return `P${cpu + 1}_DIMM${letter(channel)}${digit + 1}`;
    },
    event(kind, dimm) {
      const { cpu, channel, digit } = place(dimm);
      const where = { dataUse: BOTH_OEM, data2: ((channel + 1) << 4) | (0x0a + digit), data3: cpu };
      return { ...memoryEvent({ owner: BIOS, number: 0 }, kind), ...where };
    },
  };
}

/** Older Supermicro boards: four letters per processor, counted on over all processors. */
export function supermicroOldHabits(dimmsPerCpu: number, dimmsPerLetter: number): MemoryHabits {
  const newer = supermicroHabits(dimmsPerCpu, dimmsPerLetter);
  return {
    slot(dimm) {
      const cpu = Math.floor((dimm - 1) / dimmsPerCpu);
      const index = (dimm - 1) % dimmsPerCpu;
      return `P${cpu + 1}_DIMM${letter(Math.floor(index / dimmsPerLetter) + cpu * 4)}${(index % dimmsPerLetter) + 1}`;
    },
    event: newer.event,
  };
}

/** Intel S2600: the SMI handler's sensor 02h, data 3 socket, channel and module. */
export function intelHabits(channels: number, dimmsPerChannel: number): MemoryHabits {
  const place = (dimm: number) => {
    const channel = Math.floor((dimm - 1) / dimmsPerChannel);
    return {
      socket: Math.floor(channel / channels),
      channel: channel % channels,
      module: (dimm - 1) % dimmsPerChannel,
    };
  };
  return {
    slot(dimm) {
      const { socket, channel, module } = place(dimm);
      return `DIMM_${letter(socket * channels + channel)}${module + 1}`;
    },
    event(kind, dimm) {
      const { socket, channel, module } = place(dimm);
      const data3 = (socket << 5) | (channel << 3) | module;
      return { ...memoryEvent({ owner: SMI_HANDLER, number: 0x02 }, kind), dataUse: DATA3_OEM, data3 };
    },
  };
}

/** The log holds the error, but not the module. */
export function mutedHabits(sensor: number): MemoryHabits {
  return { slot: () => undefined, event: (kind) => memoryEvent(sensor, kind) };
}
