import { bits, type Reader, type Writer } from "../../wire/bytes.ts";
import {
  type AssociationFlags,
  decodeAssociationFlags,
  type EntityReference,
  encodeAssociationFlags,
} from "./entity-association.ts";
import type { SdrIdentity } from "./header.ts";

/** An entity whose instance counts within one controller. */
export interface DeviceRelativeEntity extends EntityReference {
  /** Slave address byte of the controller; 00h for system-relative instances. */
  readonly address: number;
  readonly channel: number;
}

/**
 * Device-relative entity association record, type 09h - IPMI 2.0 section 43.5.
 *
 *   [5] container entity id  [6] container instance  [7] container address  [8] 7:4 container channel
 *   [9] flags
 *   [10-25] four contained entities: address, 7:4 channel, entity id, instance
 *   [26-31] reserved
 */
export interface DeviceRelativeEntityAssociationRecord extends SdrIdentity {
  readonly type: "device_relative_entity_association";
  readonly container: DeviceRelativeEntity;
  readonly flags: AssociationFlags;
  /** All four, unused ones included. */
  readonly contained: readonly DeviceRelativeEntity[];
}

const CONTAINED = 4;
const RESERVED = 6;

export function decodeDeviceRelativeEntityAssociation(
  from: Reader,
  identity: SdrIdentity,
): DeviceRelativeEntityAssociationRecord {
  const entityId = from.u8();
  const instance = from.u8();
  const address = from.u8();
  const container = { entityId, instance, address, channel: bits(from.u8(), 7, 4) };
  const flags = decodeAssociationFlags(from);
  const contained = Array.from({ length: CONTAINED }, () => ({
    address: from.u8(),
    channel: bits(from.u8(), 7, 4),
    entityId: from.u8(),
    instance: from.u8(),
  }));
  return { type: "device_relative_entity_association", ...identity, container, flags, contained };
}

export function encodeDeviceRelativeEntityAssociation(to: Writer, s: DeviceRelativeEntityAssociationRecord): void {
  const { container } = s;
  to.u8(container.entityId)
    .u8(container.instance)
    .u8(container.address)
    .u8(container.channel << 4);
  encodeAssociationFlags(to, s.flags);
  for (let i = 0; i < CONTAINED; i++) {
    const entity = s.contained[i];
    to.u8(entity?.address ?? 0).u8((entity?.channel ?? 0) << 4);
    to.u8(entity?.entityId ?? 0).u8(entity?.instance ?? 0);
  }
  to.fill(0, RESERVED);
}
