import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

const EVENT_MESSAGE_REVISION = 0x04;

/**
 * Platform Event Message - IPMI 2.0 section 29.3, in the form without generator id that applies to LAN.
 *
 *   [0]   event message revision, 04h
 *   [1]   sensor type
 *   [2]   sensor number
 *   [3]   7 deassertion, 6:0 event type
 *   [4-6] event data; 2 and 3 are optional
 */
export interface PlatformEventMessageRequest {
  readonly sensorType: number;
  readonly sensorNumber: number;
  readonly deassertion: boolean;
  readonly eventType: number;
  readonly data1: number;
  /** FFh: unspecified. */
  readonly data2: number;
  /** FFh: unspecified. */
  readonly data3: number;
}

export const platformEventMessage = command<PlatformEventMessageRequest, void>({
  name: "Platform Event Message",
  netFn: NetFn.SensorEvent,
  code: 0x02,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      from.skip(1);
      const sensorType = from.u8();
      const sensorNumber = from.u8();
      const event = from.u8();
      return {
        sensorType,
        sensorNumber,
        deassertion: bit(event, 7),
        eventType: bits(event, 6, 0),
        data1: from.u8(),
        data2: from.has() ? from.u8() : 0xff,
        data3: from.has() ? from.u8() : 0xff,
      };
    },
    encode(to, q) {
      to.u8(EVENT_MESSAGE_REVISION)
        .u8(q.sensorType)
        .u8(q.sensorNumber)
        .u8(flag(q.deassertion, 7) | (q.eventType & 0x7f))
        .u8(q.data1)
        .u8(q.data2)
        .u8(q.data3);
    },
  },
  response: nothing,
});
