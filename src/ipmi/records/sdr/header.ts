import type { Reader, Writer } from "../../wire/bytes.ts";

/** Record type numbers - IPMI 2.0 section 43. */
export const SdrType = {
  FullSensor: 0x01,
  CompactSensor: 0x02,
  EventOnlySensor: 0x03,
  EntityAssociation: 0x08,
  DeviceRelativeEntityAssociation: 0x09,
  GenericDeviceLocator: 0x10,
  FruDeviceLocator: 0x11,
  ManagementControllerLocator: 0x12,
  ManagementControllerConfirmation: 0x13,
  BmcMessageChannelInfo: 0x14,
  Oem: 0xc0,
} as const;

export const SDR_HEADER_LENGTH = 5;

/** Common to all records of the repository. */
export interface SdrIdentity {
  /** Record id, as in the request of Get SDR. Some firmware returns a record with another id. */
  readonly id: number;
  /** SDR version, most digits in the low nibble: 51h is 1.5 and 2.0; 01h and 02h exist, too. */
  readonly version: number;
}

/**
 * SDR header - IPMI 2.0 section 43.
 *
 *   [0-1] record id
 *   [2]   SDR version, 51h
 *   [3]   record type
 *   [4]   length of what follows
 */
export interface SdrHeader extends SdrIdentity {
  readonly recordType: number;
  /** From the header; larger than the record on HP DL585 G7. */
  readonly length: number;
}

export function decodeSdrHeader(from: Reader): SdrHeader {
  return { id: from.u16(), version: from.u8(), recordType: from.u8(), length: from.u8() };
}

export function encodeSdrHeader(to: Writer, header: SdrHeader): void {
  to.u16(header.id).u8(header.version).u8(header.recordType).u8(header.length);
}
