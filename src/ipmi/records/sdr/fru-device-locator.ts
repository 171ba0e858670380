import { bit, bits, flag, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import { decodeIdString, encodeIdString, type NamedRecord } from "./id-string.ts";

/**
 * FRU device locator record, type 11h - IPMI 2.0 section 43.8.
 *
 *   [5] 7:1 access address
 *   [6] FRU device id (logical) or 7:1 slave address
 *   [7] 7 logical, 6:5 reserved, 4:3 LUN, 2:0 private bus
 *   [8] 7:4 channel, 3:0 reserved  [9] reserved
 *   [10] device type  [11] device type modifier  [12] entity id  [13] entity instance  [14] OEM
 *   [15] id string type/length, [16-] id string
 *
 * FRU 0 of the BMC normally has no record.
 */
export interface FruDeviceLocatorRecord extends SdrIdentity, NamedRecord {
  readonly type: "fru_device_locator";
  readonly accessAddress: number;
  /** True: `deviceId` is a FRU id for the FRU commands; false: a slave address on a private bus. */
  readonly logical: boolean;
  readonly deviceId: number;
  readonly lun: number;
  readonly bus: number;
  readonly channel: number;
  readonly reserved: number;
  /** 10h: logical FRU. */
  readonly deviceType: number;
  /** 00h and 02h: IPMI FRU inventory, 01h: DIMM memory id, 03h: processor cartridge. */
  readonly deviceTypeModifier: number;
  readonly entityId: number;
  readonly entityInstance: number;
  readonly oem: number;
}

export function decodeFruDeviceLocator(from: Reader, identity: SdrIdentity): FruDeviceLocatorRecord {
  const accessAddress = from.u8();
  const deviceId = from.u8();
  const access = from.u8();
  return {
    type: "fru_device_locator",
    ...identity,
    accessAddress,
    logical: bit(access, 7),
    deviceId,
    lun: bits(access, 4, 3),
    bus: bits(access, 2, 0),
    channel: bits(from.u8(), 7, 4),
    reserved: from.u8(),
    deviceType: from.u8(),
    deviceTypeModifier: from.u8(),
    entityId: from.u8(),
    entityInstance: from.u8(),
    oem: from.u8(),
    ...decodeIdString(from),
  };
}

export function encodeFruDeviceLocator(to: Writer, s: FruDeviceLocatorRecord): void {
  to.u8(s.accessAddress).u8(s.deviceId);
  to.u8(flag(s.logical, 7) | (s.lun << 3) | s.bus);
  to.u8(s.channel << 4).u8(s.reserved);
  to.u8(s.deviceType).u8(s.deviceTypeModifier);
  to.u8(s.entityId).u8(s.entityInstance).u8(s.oem);
  encodeIdString(to, s);
}
