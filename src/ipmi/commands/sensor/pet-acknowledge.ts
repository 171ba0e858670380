import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * The trap that is acknowledged: without it, the BMC sends the trap again - IPMI 2.0 section 30.8.
 *
 *   [0-1]  sequence number of the trap, least significant byte first
 *   [2-5]  its local time stamp, seconds since 1998-01-01 00:00
 *   [6]    event source type
 *   [7]    sensor device
 *   [8]    sensor number
 *   [9-11] event data 1 to 3
 */
export interface PetAcknowledgement {
  readonly sequence: number;
  readonly timestamp: number;
  readonly eventSourceType: number;
  readonly sensorDevice: number;
  readonly sensorNumber: number;
  readonly data1: number;
  readonly data2: number;
  readonly data3: number;
}

/** PET Acknowledge - IPMI 2.0 section 30.8. Sent outside a session; some firmware answers without a completion code. */
export const petAcknowledge = command<PetAcknowledgement, void>({
  name: "PET Acknowledge",
  netFn: NetFn.SensorEvent,
  code: 0x17,
  privilege: PrivilegeLevel.Callback,
  request: {
    encode(to, r) {
      to.u16(r.sequence).u32(r.timestamp).u8(r.eventSourceType).u8(r.sensorDevice).u8(r.sensorNumber);
      to.u8(r.data1).u8(r.data2).u8(r.data3);
    },
    decode: (from) => ({
      sequence: from.u16(),
      timestamp: from.u32(),
      eventSourceType: from.u8(),
      sensorDevice: from.u8(),
      sensorNumber: from.u8(),
      data1: from.u8(),
      data2: from.u8(),
      data3: from.u8(),
    }),
  },
  response: nothing,
});
