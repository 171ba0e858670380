import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";
import { type CommandFilter, matches } from "./command-filter.ts";

const COMMANDS: Readonly<Record<"sdr" | "device_sdr" | "sel" | "fru", CommandFilter>> = {
  /** Get SDR Repository Info */
  sdr: { netFn: NetFn.Storage, command: 0x20 },
  /** Get Device SDR Info */
  device_sdr: { netFn: NetFn.SensorEvent, command: 0x20 },
  /** Get SEL Info */
  sel: { netFn: NetFn.Storage, command: 0x40 },
  /** Get FRU Inventory Area Info */
  fru: { netFn: NetFn.Storage, command: 0x10 },
};

export type InfoCommand = keyof typeof COMMANDS;

/** Commands that describe a repository succeed and return no data (iDRAC 10); reading the records works. */
export function infoWithoutData(options: { readonly of: InfoCommand | "all" }): Scenario {
  const filters = options.of === "all" ? Object.values(COMMANDS) : [COMMANDS[options.of]];
  return () => ({
    name: "info without data",
    amend(request, reply) {
      if (reply.completionCode !== 0 || !filters.some((filter) => matches(filter, request))) return reply;
      return { ...reply, data: new Uint8Array(0) };
    },
  });
}
