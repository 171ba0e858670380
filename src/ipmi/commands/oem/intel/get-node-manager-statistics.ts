import { NetFn } from "../../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../../tables/privilege-level.ts";
import { bits } from "../../../wire/bytes.ts";
import { command } from "../../command.ts";

/** Where the Intel Management Engine answers: by Send Message to this address on this channel, LUN 0. */
export const INTEL_ME = { address: 0x2c, channel: 6, lun: 0 } as const;

/**
 *   [0] mode: 1 global power
 *   [1] 3:0 domain: 0 the whole platform
 *   [2] policy id
 */
export interface NodeManagerStatisticsRequest {
  /** 1 (global power) if absent. */
  readonly mode?: number;
  /** 0 (whole platform) if absent. */
  readonly domain?: number;
  /** 0 if absent. */
  readonly policy?: number;
}

/**
 * Get Node Manager Statistics - Intel Intelligent Power Node Manager.
 *
 *   [0-1]   current; watts in mode 1
 *   [2-3]   minimum
 *   [4-5]   maximum
 *   [6-7]   average
 *   [8-11]  time stamp, seconds since 1970
 *   [12-15] reporting period, seconds
 *   [16]    3:0 domain, 7:4 flags of policy and measurement
 *
 * Bridged to the ME, which can take over a second and answers C0h or D3h while the host resets.
 */
export interface NodeManagerStatistics {
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly average: number;
  readonly timestamp: number;
  readonly periodSeconds: number;
  readonly domain: number;
  /** Bits 7:4 of the last byte, shifted down. */
  readonly flags: number;
}

export const getNodeManagerStatistics = command<NodeManagerStatisticsRequest, NodeManagerStatistics>({
  name: "Get Node Manager Statistics",
  netFn: NetFn.OemGroup,
  code: 0xc8,
  privilege: PrivilegeLevel.User,
  prefix: [0x57, 0x01, 0x00],
  request: {
    decode: (from) => ({ mode: from.u8(), domain: from.u8() & 0x0f, policy: from.u8() }),
    encode(to, q) {
      to.u8(q.mode ?? 1)
        .u8((q.domain ?? 0) & 0x0f)
        .u8(q.policy ?? 0);
    },
  },
  response: {
    decode(from) {
      const values = {
        current: from.u16(),
        minimum: from.u16(),
        maximum: from.u16(),
        average: from.u16(),
        timestamp: from.u32(),
        periodSeconds: from.u32(),
      };
      const last = from.u8();
      return { ...values, domain: bits(last, 3, 0), flags: bits(last, 7, 4) };
    },
    encode(to, s) {
      to.u16(s.current).u16(s.minimum).u16(s.maximum).u16(s.average).u32(s.timestamp).u32(s.periodSeconds);
      to.u8(((s.flags & 0x0f) << 4) | (s.domain & 0x0f));
    },
  },
});
