import { bit, bits, flag, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";

/** An entity: what it is and which of its kind. */
export interface EntityReference {
  readonly entityId: number;
  readonly instance: number;
}

/** Flags of both association records: 7 range, 6 linked, 5 presence sensor accessible, 4:0 reserved. */
export interface AssociationFlags {
  /** True: contained entities 1-2 and 3-4 are first and last of a range. */
  readonly range: boolean;
  /** More records follow for the same container. */
  readonly linked: boolean;
  /** The presence sensor of the container can always be read. */
  readonly presenceAccessible: boolean;
  /** Bits 4:0 as received. */
  readonly reserved: number;
}

export function decodeAssociationFlags(from: Reader): AssociationFlags {
  const flags = from.u8();
  return {
    range: bit(flags, 7),
    linked: bit(flags, 6),
    presenceAccessible: bit(flags, 5),
    reserved: bits(flags, 4, 0),
  };
}

export function encodeAssociationFlags(to: Writer, f: AssociationFlags): void {
  to.u8(flag(f.range, 7) | flag(f.linked, 6) | flag(f.presenceAccessible, 5) | f.reserved);
}

/**
 * Entity association record, type 08h - IPMI 2.0 section 43.4.
 *
 *   [5] container entity id  [6] container instance  [7] flags
 *   [8-15] four contained entities, id and instance; 00h id = unused
 */
export interface EntityAssociationRecord extends SdrIdentity {
  readonly type: "entity_association";
  readonly container: EntityReference;
  readonly flags: AssociationFlags;
  /** All four, unused ones included. */
  readonly contained: readonly EntityReference[];
}

const CONTAINED = 4;

export function decodeEntityAssociation(from: Reader, identity: SdrIdentity): EntityAssociationRecord {
  const entity = (): EntityReference => ({ entityId: from.u8(), instance: from.u8() });
  return {
    type: "entity_association",
    ...identity,
    container: entity(),
    flags: decodeAssociationFlags(from),
    contained: Array.from({ length: CONTAINED }, entity),
  };
}

export function encodeEntityAssociation(to: Writer, s: EntityAssociationRecord): void {
  to.u8(s.container.entityId).u8(s.container.instance);
  encodeAssociationFlags(to, s.flags);
  for (let i = 0; i < CONTAINED; i++) to.u8(s.contained[i]?.entityId ?? 0).u8(s.contained[i]?.instance ?? 0);
}
