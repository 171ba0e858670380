import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

export type SelfTestVerdict =
  | "no error"
  | "not implemented"
  | "corrupted or inaccessible data"
  | "fatal hardware error"
  | "device specific";

/**
 * Get Self Test Results - IPMI 2.0 section 20.4.
 *
 *   [0] 55h no error, 56h not implemented, 57h corrupted or inaccessible data, 58h fatal hardware error,
 *       other device specific
 *   [1] of 57h a mask of what failed (see `failedSelfTests`), otherwise device specific
 */
export interface SelfTestResults {
  readonly verdict: SelfTestVerdict;
  readonly code: number;
  readonly detail: number;
}

const VERDICTS: Readonly<Record<number, SelfTestVerdict>> = {
  85: "no error",
  86: "not implemented",
  87: "corrupted or inaccessible data",
  88: "fatal hardware error",
};

const PARTS = [
  "operational firmware",
  "boot block firmware",
  "internal use FRU",
  "SDR repository empty",
  "IPMB lines",
  "BMC FRU",
  "SDR repository",
  "SEL",
] as const;
export type SelfTestPart = (typeof PARTS)[number];

/** What could not be read, for a result of 57h; empty for every other. */
export function failedSelfTests(results: Pick<SelfTestResults, "code" | "detail">): readonly SelfTestPart[] {
  return results.code === 0x57 ? PARTS.filter((_, n) => bit(results.detail, n)) : [];
}

export const getSelfTestResults = command<void, SelfTestResults>({
  name: "Get Self Test Results",
  netFn: NetFn.App,
  code: 0x04,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const code = from.u8();
      return { verdict: VERDICTS[code] ?? "device specific", code, detail: from.u8() };
    },
    encode(to, r) {
      to.u8(r.code).u8(r.detail);
    },
  },
});
