import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Request } from "../bmc/misbehaviour.ts";

/** Selects requests. */
export interface CommandFilter {
  readonly netFn: number;
  readonly command: number;
  /** Request data must begin with these bytes, e.g. a sensor number or a FRU id. */
  readonly data?: readonly number[];
}

export function matches(filter: CommandFilter, request: Request): boolean {
  return (
    request.netFn === filter.netFn &&
    request.command === filter.command &&
    (filter.data?.every((byte, i) => request.data[i] === byte) ?? true)
  );
}

const GET_SENSOR_READING = 0x2d;
const GET_SENSOR_THRESHOLDS = 0x27;
const GET_SDR = 0x23;
const GET_DEVICE_SDR = 0x21;
const GET_SEL_ENTRY = 0x43;
const READ_FRU_DATA = 0x11;

/** Get SDR or Get Device SDR. */
export function readsSdr({ netFn, command }: Request): boolean {
  return (
    (netFn === NetFn.Storage && command === GET_SDR) || (netFn === NetFn.SensorEvent && command === GET_DEVICE_SDR)
  );
}

export function readsSel({ netFn, command }: Request): boolean {
  return netFn === NetFn.Storage && command === GET_SEL_ENTRY;
}

export function readsFru({ netFn, command }: Request): boolean {
  return netFn === NetFn.Storage && command === READ_FRU_DATA;
}

export function readsSensor({ netFn, command }: Request): boolean {
  return netFn === NetFn.SensorEvent && command === GET_SENSOR_READING;
}

export function readsThresholds({ netFn, command }: Request): boolean {
  return netFn === NetFn.SensorEvent && command === GET_SENSOR_THRESHOLDS;
}

const CHASSIS_CONTROL = 0x02;
const SET_SYSTEM_BOOT_OPTIONS = 0x08;
const GET_SYSTEM_BOOT_OPTIONS = 0x09;
const SET_USER_PASSWORD = 0x47;

export function isChassisControl({ netFn, command }: Request): boolean {
  return netFn === NetFn.Chassis && command === CHASSIS_CONTROL;
}

export function isBootOptions({ netFn, command }: Request, which: "get" | "set"): boolean {
  return netFn === NetFn.Chassis && command === (which === "get" ? GET_SYSTEM_BOOT_OPTIONS : SET_SYSTEM_BOOT_OPTIONS);
}

export function isSetUserPassword({ netFn, command }: Request): boolean {
  return netFn === NetFn.App && command === SET_USER_PASSWORD;
}
