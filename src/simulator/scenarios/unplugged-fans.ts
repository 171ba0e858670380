import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsSensor, readsThresholds } from "./command-filter.ts";
import { patchedSdr, type RecordPatch } from "./record-patch.ts";
import { isFanSpeed, ownSensors, sensorOf } from "./sensor-choice.ts";

/** 0 rpm, events and scanning enabled, no limit crossed. */
const STANDS_STILL = [0x00, 0xc0, 0xc0];
/** Readable: lower non-critical and lower critical. */
const READABLE = 0x03;
/** All limits raw 0. */
const LIMITS = [READABLE, 0, 0, 0, 0, 0, 0];

/** Full sensor record - IPMI 2.0 table 43-1, places counted from 0. */
const CAPABILITIES_AT = 11;
/** Thresholds readable, hysteresis none. */
const CAPABILITIES = 0x04;
const READABLE_AT = 18;
const SETTABLE_AT = 19;
const THRESHOLDS_AT = 36;
const THRESHOLDS = 6;

const PATCH: RecordPatch = new Map([
  [CAPABILITIES_AT, CAPABILITIES],
  [READABLE_AT, READABLE],
  [SETTABLE_AT, 0],
  ...Array.from({ length: THRESHOLDS }, (_, n): [number, number] => [THRESHOLDS_AT + n, 0]),
]);

/**
 * Nothing is plugged into the last fan headers: they read 0 rpm, their lower limits are raw 0, and the BMC
 * reports no crossed limit.
 */
export function unpluggedFans(options: { readonly count: number }): Scenario {
  return ({ board }) => {
    const unplugged = ownSensors(board).filter(isFanSpeed).slice(-options.count);
    const ids = new Set(unplugged.map(({ recordId }) => recordId));
    return {
      name: "unplugged fans",
      amend(request, reply) {
        const bytes = readsSensor(request) ? STANDS_STILL : readsThresholds(request) ? LIMITS : undefined;
        if (!bytes) return patchedSdr(request, reply, board.model.sdr, (id) => (ids.has(id) ? PATCH : undefined));
        return sensorOf(unplugged, request) ? { completionCode: 0, data: Uint8Array.from(bytes) } : reply;
      },
    };
  };
}
