import { bits, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import { decodeIdString, encodeIdString, type NamedRecord } from "./id-string.ts";

/**
 * Management controller device locator record, type 12h - IPMI 2.0 section 43.9.
 *
 *   [5] 7:1 slave address  [6] 3:0 channel
 *   [7] 7 ACPI system and 6 device power notification, 5 static controller, 3:0 initialisation
 *   [8] capabilities: 7 chassis device, 6 bridge, 5 event generator, 4 event receiver, 3 FRU, 2 SEL,
 *       1 SDR repository, 0 sensor device
 *   [9-11] reserved
 *   [12] entity id  [13] entity instance  [14] OEM
 *   [15] id string type/length, [16-] id string
 */
export interface ManagementControllerLocatorRecord extends SdrIdentity, NamedRecord {
  readonly type: "management_controller_locator";
  readonly slaveAddress: number;
  readonly channel: number;
  /** Byte 7 as received. */
  readonly powerAndInitialisation: number;
  /** Byte 8 as received. */
  readonly capabilities: number;
  /** Bytes 9-11, LS first. */
  readonly reserved: number;
  readonly entityId: number;
  readonly entityInstance: number;
  readonly oem: number;
}

export function decodeManagementControllerLocator(
  from: Reader,
  identity: SdrIdentity,
): ManagementControllerLocatorRecord {
  return {
    type: "management_controller_locator",
    ...identity,
    slaveAddress: from.u8(),
    channel: bits(from.u8(), 3, 0),
    powerAndInitialisation: from.u8(),
    capabilities: from.u8(),
    reserved: from.u24(),
    entityId: from.u8(),
    entityInstance: from.u8(),
    oem: from.u8(),
    ...decodeIdString(from),
  };
}

export function encodeManagementControllerLocator(to: Writer, s: ManagementControllerLocatorRecord): void {
  to.u8(s.slaveAddress).u8(s.channel).u8(s.powerAndInitialisation).u8(s.capabilities).u24(s.reserved);
  to.u8(s.entityId).u8(s.entityInstance).u8(s.oem);
  encodeIdString(to, s);
}
