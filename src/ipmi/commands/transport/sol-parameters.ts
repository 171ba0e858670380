import { bit, bits, flag } from "../../wire/bytes.ts";
import type { Layout } from "../command.ts";
import { parameter } from "../parameter.ts";

/*
 * Parameters of Get and Set SOL Configuration Parameters - IPMI 2.0 table 26-5. Data without the revision byte.
 */

const SET_IN_PROGRESS = ["complete", "in progress", "commit", "reserved"] as const;

/** Parameter 0: [0] 1:0 "in progress" before a change, "complete" after it. */
export const solSetInProgress = parameter<(typeof SET_IN_PROGRESS)[number]>(0, "Set In Progress", {
  decode: (from) => SET_IN_PROGRESS[bits(from.u8(), 1, 0)] ?? "complete",
  encode(to, state) {
    to.u8(SET_IN_PROGRESS.indexOf(state));
  },
});

/** Parameter 1: [0] 0 SOL can be activated on this channel. */
export const solEnable = parameter<boolean>(1, "SOL Enable", {
  decode: (from) => bit(from.u8(), 0),
  encode(to, enabled) {
    to.u8(flag(enabled, 0));
  },
});

/** Parameter 2: [0] 7 force encryption, 6 force authentication, 3:0 privilege level that SOL needs. */
export interface SolAuthentication {
  readonly forceEncryption: boolean;
  readonly forceAuthentication: boolean;
  /** 2 USER, 3 OPERATOR, 4 ADMINISTRATOR, 5 OEM. */
  readonly privilege: number;
}

export const solAuthentication = parameter<SolAuthentication>(2, "SOL Authentication", {
  decode(from) {
    const value = from.u8();
    return { forceEncryption: bit(value, 7), forceAuthentication: bit(value, 6), privilege: bits(value, 3, 0) };
  },
  encode(to, a) {
    to.u8(flag(a.forceEncryption, 7) | flag(a.forceAuthentication, 6) | (a.privilege & 0x0f));
  },
});

const ACCUMULATE_UNIT_MS = 5;

/**
 * When the BMC sends characters of the host: after this time, or when that number has come in. Wrong values are the
 * usual cause of an echo that lags behind.
 *
 *   [0] time in units of 5 ms
 *   [1] characters
 */
export interface SolAccumulate {
  readonly intervalMs: number;
  readonly characters: number;
}

export const solAccumulate = parameter<SolAccumulate>(3, "Character Accumulate Interval & Threshold", {
  decode: (from) => ({ intervalMs: from.u8() * ACCUMULATE_UNIT_MS, characters: from.u8() }),
  encode(to, a) {
    to.u8(Math.min(255, Math.round(a.intervalMs / ACCUMULATE_UNIT_MS))).u8(a.characters);
  },
});

const RETRY_UNIT_MS = 10;

/**
 * How often and when the BMC sends a packet again that was not acknowledged; then it drops the characters.
 *
 *   [0] 2:0 retries
 *   [1] interval in units of 10 ms; 0: at once
 */
export interface SolRetry {
  readonly retries: number;
  readonly intervalMs: number;
}

export const solRetry = parameter<SolRetry>(4, "SOL Retry", {
  decode: (from) => ({ retries: bits(from.u8(), 2, 0), intervalMs: from.u8() * RETRY_UNIT_MS }),
  encode(to, r) {
    to.u8(r.retries & 0x07).u8(Math.min(255, Math.round(r.intervalMs / RETRY_UNIT_MS)));
  },
});

/** Bits per second by number; 0: as the serial port is configured. */
export const SOL_BIT_RATES: Readonly<Record<number, number>> = {
  6: 9600,
  7: 19_200,
  8: 38_400,
  9: 57_600,
  10: 115_200,
};

/** [0] 3:0 number of SOL_BIT_RATES. */
const bitRate: Layout<number> = {
  decode: (from) => bits(from.u8(), 3, 0),
  encode(to, rate) {
    to.u8(rate & 0x0f);
  },
};

/** Parameter 5: the bit rate that is kept across restarts of the BMC. */
export const solNonVolatileBitRate = parameter<number>(5, "SOL Non-volatile Bit Rate", bitRate);

/** Parameter 6: the bit rate in use. */
export const solVolatileBitRate = parameter<number>(6, "SOL Volatile Bit Rate", bitRate);

/** Parameter 7: [0] 3:0 channel of the parameters; read-only. */
export const solPayloadChannel = parameter<number>(7, "SOL Payload Channel", {
  decode: (from) => bits(from.u8(), 3, 0),
  encode(to, channel) {
    to.u8(channel & 0x0f);
  },
});

/** Parameter 8: [0-1] UDP port of the payload. */
export const solPayloadPort = parameter<number>(8, "SOL Payload Port Number", {
  decode: (from) => from.u16(),
  encode(to, port) {
    to.u16(port);
  },
});
