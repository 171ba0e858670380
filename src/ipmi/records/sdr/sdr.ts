import { Reader, Writer } from "../../wire/bytes.ts";
import { hexWord } from "../../wire/hex.ts";
import {
  type BmcMessageChannelInfoRecord,
  decodeBmcMessageChannelInfo,
  encodeBmcMessageChannelInfo,
} from "./bmc-message-channel-info.ts";
import { type CompactSensorRecord, decodeCompactSensor, encodeCompactSensor } from "./compact-sensor.ts";
import {
  type DeviceRelativeEntityAssociationRecord,
  decodeDeviceRelativeEntityAssociation,
  encodeDeviceRelativeEntityAssociation,
} from "./device-relative-entity-association.ts";
import {
  decodeEntityAssociation,
  type EntityAssociationRecord,
  encodeEntityAssociation,
} from "./entity-association.ts";
import { decodeEventOnlySensor, type EventOnlySensorRecord, encodeEventOnlySensor } from "./event-only-sensor.ts";
import { decodeFruDeviceLocator, encodeFruDeviceLocator, type FruDeviceLocatorRecord } from "./fru-device-locator.ts";
import { decodeFullSensor, encodeFullSensor, type FullSensorRecord } from "./full-sensor.ts";
import {
  decodeGenericDeviceLocator,
  encodeGenericDeviceLocator,
  type GenericDeviceLocatorRecord,
} from "./generic-device-locator.ts";
import { decodeSdrHeader, encodeSdrHeader, SDR_HEADER_LENGTH, type SdrIdentity, SdrType } from "./header.ts";
import {
  decodeManagementControllerConfirmation,
  encodeManagementControllerConfirmation,
  type ManagementControllerConfirmationRecord,
} from "./management-controller-confirmation.ts";
import {
  decodeManagementControllerLocator,
  encodeManagementControllerLocator,
  type ManagementControllerLocatorRecord,
} from "./management-controller-locator.ts";
import { decodeOem, encodeOem, type OemRecord } from "./oem.ts";

/** A record of an unknown type; to be skipped. */
export interface UnknownRecord extends SdrIdentity {
  readonly type: "unknown";
  readonly recordType: number;
  readonly data: Uint8Array;
}

/** One record of a sensor data repository. */
export type SdrRecord =
  | FullSensorRecord
  | CompactSensorRecord
  | EventOnlySensorRecord
  | EntityAssociationRecord
  | DeviceRelativeEntityAssociationRecord
  | GenericDeviceLocatorRecord
  | FruDeviceLocatorRecord
  | ManagementControllerLocatorRecord
  | ManagementControllerConfirmationRecord
  | BmcMessageChannelInfoRecord
  | OemRecord
  | UnknownRecord;

/**
 * One whole record, header included. If the header gives a larger length than received (HP DL585 G7), the received
 * length counts; bytes beyond the length in the header are ignored; names are cut at the end of the record.
 *
 * @throws DecodeError if the fixed part of the record is incomplete
 */
export function decodeSdr(bytes: Uint8Array): SdrRecord {
  const header = decodeSdrHeader(new Reader(bytes, "SDR header"));
  const end = Math.min(bytes.length, SDR_HEADER_LENGTH + header.length);
  const body = new Reader(bytes, `SDR ${hexWord(header.id)}`, SDR_HEADER_LENGTH, end);
  const identity = { id: header.id, version: header.version };
  switch (header.recordType) {
    case SdrType.FullSensor:
      return decodeFullSensor(body, identity);
    case SdrType.CompactSensor:
      return decodeCompactSensor(body, identity);
    case SdrType.EventOnlySensor:
      return decodeEventOnlySensor(body, identity);
    case SdrType.EntityAssociation:
      return decodeEntityAssociation(body, identity);
    case SdrType.DeviceRelativeEntityAssociation:
      return decodeDeviceRelativeEntityAssociation(body, identity);
    case SdrType.GenericDeviceLocator:
      return decodeGenericDeviceLocator(body, identity);
    case SdrType.FruDeviceLocator:
      return decodeFruDeviceLocator(body, identity);
    case SdrType.ManagementControllerLocator:
      return decodeManagementControllerLocator(body, identity);
    case SdrType.ManagementControllerConfirmation:
      return decodeManagementControllerConfirmation(body, identity);
    case SdrType.BmcMessageChannelInfo:
      return decodeBmcMessageChannelInfo(body, identity);
    case SdrType.Oem:
      return decodeOem(body, identity);
    default:
      return { type: "unknown", ...identity, recordType: header.recordType, data: Uint8Array.from(body.rest()) };
  }
}

/** The record as the repository holds it, header included; the length in the header is computed. */
export function encodeSdr(record: SdrRecord): Buffer {
  const body = new Writer(64);
  const recordType = encodeBody(body, record);
  const data = body.take();
  const to = new Writer(SDR_HEADER_LENGTH + data.length);
  encodeSdrHeader(to, { id: record.id, version: record.version, recordType, length: data.length });
  return to.bytes(data).take();
}

/** Writes the body and returns the record type. */
function encodeBody(to: Writer, record: SdrRecord): number {
  switch (record.type) {
    case "full":
      encodeFullSensor(to, record);
      return SdrType.FullSensor;
    case "compact":
      encodeCompactSensor(to, record);
      return SdrType.CompactSensor;
    case "event_only":
      encodeEventOnlySensor(to, record);
      return SdrType.EventOnlySensor;
    case "entity_association":
      encodeEntityAssociation(to, record);
      return SdrType.EntityAssociation;
    case "device_relative_entity_association":
      encodeDeviceRelativeEntityAssociation(to, record);
      return SdrType.DeviceRelativeEntityAssociation;
    case "generic_device_locator":
      encodeGenericDeviceLocator(to, record);
      return SdrType.GenericDeviceLocator;
    case "fru_device_locator":
      encodeFruDeviceLocator(to, record);
      return SdrType.FruDeviceLocator;
    case "management_controller_locator":
      encodeManagementControllerLocator(to, record);
      return SdrType.ManagementControllerLocator;
    case "management_controller_confirmation":
      encodeManagementControllerConfirmation(to, record);
      return SdrType.ManagementControllerConfirmation;
    case "bmc_message_channel_info":
      encodeBmcMessageChannelInfo(to, record);
      return SdrType.BmcMessageChannelInfo;
    case "oem":
      encodeOem(to, record);
      return SdrType.Oem;
    case "unknown":
      to.bytes(record.data);
      return record.recordType;
  }
}
