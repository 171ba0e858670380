import { bits, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import { decodeIdString, encodeIdString, type NamedRecord } from "./id-string.ts";

/**
 * Generic device locator record, type 10h - IPMI 2.0 section 43.7: a device on a private bus.
 *
 *   [5] 7:1 access address
 *   [6] 7:1 slave address, 0 channel bit 3
 *   [7] 7:5 channel 2:0, 4:3 LUN, 2:0 private bus
 *   [8] 2:0 address span  [9] reserved
 *   [10] device type  [11] device type modifier  [12] entity id  [13] entity instance  [14] OEM
 *   [15] id string type/length, [16-] id string
 */
export interface GenericDeviceLocatorRecord extends SdrIdentity, NamedRecord {
  readonly type: "generic_device_locator";
  /** Slave address byte of the controller in front of the device, 20h for the BMC. */
  readonly accessAddress: number;
  /** Slave address byte of the device, bit 0 clear. */
  readonly slaveAddress: number;
  readonly channel: number;
  readonly lun: number;
  readonly bus: number;
  /** The byte as received. */
  readonly addressSpan: number;
  readonly reserved: number;
  readonly deviceType: number;
  readonly deviceTypeModifier: number;
  readonly entityId: number;
  readonly entityInstance: number;
  readonly oem: number;
}

export function decodeGenericDeviceLocator(from: Reader, identity: SdrIdentity): GenericDeviceLocatorRecord {
  const accessAddress = from.u8();
  const slave = from.u8();
  const access = from.u8();
  return {
    type: "generic_device_locator",
    ...identity,
    accessAddress,
    slaveAddress: slave & 0xfe,
    channel: (bits(slave, 0, 0) << 3) | bits(access, 7, 5),
    lun: bits(access, 4, 3),
    bus: bits(access, 2, 0),
    addressSpan: from.u8(),
    reserved: from.u8(),
    deviceType: from.u8(),
    deviceTypeModifier: from.u8(),
    entityId: from.u8(),
    entityInstance: from.u8(),
    oem: from.u8(),
    ...decodeIdString(from),
  };
}

export function encodeGenericDeviceLocator(to: Writer, s: GenericDeviceLocatorRecord): void {
  to.u8(s.accessAddress).u8((s.slaveAddress & 0xfe) | (s.channel >> 3));
  to.u8(((s.channel & 7) << 5) | (s.lun << 3) | s.bus);
  to.u8(s.addressSpan).u8(s.reserved).u8(s.deviceType).u8(s.deviceTypeModifier);
  to.u8(s.entityId).u8(s.entityInstance).u8(s.oem);
  encodeIdString(to, s);
}
