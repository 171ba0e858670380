import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { type PayloadInstance, payloadInstance } from "./payload-instance.ts";

/** What happens to serial alerts of the BMC while SOL is active, by number. */
export const SERIAL_ALERTS = ["fail", "deferred", "succeed", "reserved"] as const;

/**
 *   [0-1] payload type and instance
 *   [2]   SOL: 7 encrypt, 6 authenticate, 5 test mode, 3:2 serial alerts, 1 start with CTS, DCD and DSR deasserted
 *   [3-5] 00h
 */
export interface ActivatePayloadRequest extends PayloadInstance {
  readonly encrypt: boolean;
  readonly authenticate: boolean;
  readonly testMode?: boolean;
  /** "fail" if absent. */
  readonly serialAlerts?: (typeof SERIAL_ALERTS)[number];
  readonly startDeasserted?: boolean;
}

/**
 * Activate Payload - IPMI 2.0 section 24.1.
 *
 *   [0-3]   auxiliary data; SOL: [0] 0 test mode
 *   [4-5]   inbound payload size: header and characters the BMC accepts in one packet
 *   [6-7]   outbound payload size
 *   [8-9]   UDP port of the payload
 *   [10-11] VLAN, FFFFh none; some BMCs omit it
 *
 * Sizes and port arrive in the wrong byte order, or as nonsense, on many boards: see `solCharacters`.
 */
export interface ActivatedPayload {
  readonly auxiliary: number;
  readonly inboundSize: number;
  readonly outboundSize: number;
  readonly port: number;
  /** Absent: not reported. */
  readonly vlan?: number;
}

/** Completion codes of Activate Payload that the caller distinguishes. */
export const ActivatePayloadCode = {
  ActiveElsewhere: 0x80,
  Disabled: 0x81,
  LimitReached: 0x82,
  NotWithEncryption: 0x83,
  NotWithoutEncryption: 0x84,
} as const;

export const activatePayload = command<ActivatePayloadRequest, ActivatedPayload>({
  name: "Activate Payload",
  netFn: NetFn.App,
  code: 0x48,
  privilege: PrivilegeLevel.User,
  effect: "changes",
  request: {
    decode(from) {
      const instance = payloadInstance.decode(from);
      const auxiliary = from.u8();
      from.skip(3);
      return {
        ...instance,
        encrypt: bit(auxiliary, 7),
        authenticate: bit(auxiliary, 6),
        testMode: bit(auxiliary, 5),
        serialAlerts: SERIAL_ALERTS[bits(auxiliary, 3, 2)],
        startDeasserted: bit(auxiliary, 1),
      };
    },
    encode(to, q) {
      payloadInstance.encode(to, q);
      to.u8(
        flag(q.encrypt, 7) |
          flag(q.authenticate, 6) |
          flag(q.testMode ?? false, 5) |
          (SERIAL_ALERTS.indexOf(q.serialAlerts ?? "fail") << 2) |
          flag(q.startDeasserted ?? false, 1),
      ).fill(0, 3);
    },
  },
  response: {
    decode(from) {
      const payload = {
        auxiliary: from.u32(),
        inboundSize: from.u16(),
        outboundSize: from.u16(),
        port: from.u16(),
      };
      return from.has(2) ? { ...payload, vlan: from.u16() } : payload;
    },
    encode(to, r) {
      to.u32(r.auxiliary).u16(r.inboundSize).u16(r.outboundSize).u16(r.port);
      if (r.vlan !== undefined) to.u16(r.vlan);
    },
  },
  refusals: {
    128: "payload already active on another session",
    129: "payload type disabled for this channel or user",
    130: "payload activation limit reached",
    131: "payload cannot be activated with encryption",
    132: "payload cannot be activated without encryption",
  },
});
