import { bits, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";

/**
 * Management controller confirmation record, type 13h - IPMI 2.0 section 43.10: a controller that
 * was found.
 *
 *   [5] 7:1 slave address  [6] device id  [7] 7:4 channel, 3:0 device revision
 *   [8-9] firmware revision, major and minor  [10] IPMI version
 *   [11-13] manufacturer  [14-15] product  [16-31] device GUID
 */
export interface ManagementControllerConfirmationRecord extends SdrIdentity {
  readonly type: "management_controller_confirmation";
  readonly slaveAddress: number;
  readonly deviceId: number;
  readonly channel: number;
  readonly deviceRevision: number;
  readonly firmwareMajor: number;
  /** BCD. */
  readonly firmwareMinor: number;
  /** BCD, the digits swapped: 51h is 1.5. */
  readonly ipmiVersion: number;
  readonly manufacturerId: number;
  readonly productId: number;
  readonly guid: Uint8Array;
}

const GUID_LENGTH = 16;

export function decodeManagementControllerConfirmation(
  from: Reader,
  identity: SdrIdentity,
): ManagementControllerConfirmationRecord {
  const slaveAddress = from.u8();
  const deviceId = from.u8();
  const channelRevision = from.u8();
  return {
    type: "management_controller_confirmation",
    ...identity,
    slaveAddress,
    deviceId,
    channel: bits(channelRevision, 7, 4),
    deviceRevision: bits(channelRevision, 3, 0),
    firmwareMajor: from.u8(),
    firmwareMinor: from.u8(),
    ipmiVersion: from.u8(),
    manufacturerId: from.u24(),
    productId: from.u16(),
    guid: Uint8Array.from(from.bytes(GUID_LENGTH)),
  };
}

export function encodeManagementControllerConfirmation(to: Writer, s: ManagementControllerConfirmationRecord): void {
  to.u8(s.slaveAddress)
    .u8(s.deviceId)
    .u8((s.channel << 4) | s.deviceRevision);
  to.u8(s.firmwareMajor).u8(s.firmwareMinor).u8(s.ipmiVersion);
  to.u24(s.manufacturerId).u16(s.productId).padded(s.guid, GUID_LENGTH);
}
