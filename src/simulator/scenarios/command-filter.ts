import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Request } from "../bmc/misbehaviour.ts";

/** Which requests are meant. */
export interface CommandFilter {
  readonly netFn: number;
  readonly command: number;
  /** Request data must begin with these bytes: a sensor number, a FRU id. */
  readonly data?: readonly number[];
}

export function isMeant(filter: CommandFilter, request: Request): boolean {
  return (
    request.netFn === filter.netFn &&
    request.command === filter.command &&
    (filter.data?.every((byte, i) => request.data[i] === byte) ?? true)
  );
}

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
