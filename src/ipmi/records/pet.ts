import { bit, bits, flag, Reader, Writer } from "../wire/bytes.ts";
import { hexDigits } from "../wire/hex.ts";
import { type EventFields, eventFields } from "./sel/record.ts";

/** Traps count seconds from 1998-01-01 00:00. */
const PET_EPOCH_MS = Date.UTC(1998, 0, 1);
const UNSPECIFIED_OFFSET = 0xffff;
const FIXED_LENGTH = 46;
const END_OF_FIELDS = 0xc1;

type PetSeverity =
  | "unspecified"
  | "monitor"
  | "information"
  | "ok"
  | "non_critical"
  | "critical"
  | "non_recoverable"
  | "unknown";

const SEVERITIES: Readonly<Record<number, PetSeverity>> = {
  0: "unspecified",
  1: "monitor",
  2: "information",
  4: "ok",
  8: "non_critical",
  16: "critical",
  32: "non_recoverable",
};

type PetSource =
  | "platform_firmware"
  | "smi_handler"
  | "system_management_software"
  | "alert_asic"
  | "ipmi"
  | "bios_vendor"
  | "board_vendor"
  | "system_integrator"
  | "third_party";

const SOURCES: readonly PetSource[] = [
  "platform_firmware",
  "smi_handler",
  "system_management_software",
  "alert_asic",
  "ipmi",
  "bios_vendor",
  "board_vendor",
  "system_integrator",
];

/**
 * The variable 1.3.6.1.4.1.3183.1.1.1 of a platform event trap (enterprise 1.3.6.1.4.1.3183.1.1, generic trap 6) -
 * Platform Event Trap Format 1.0 section 3. Numbers are most significant byte first, unlike the rest of IPMI.
 *
 *   [0-15]  GUID, all zero for none
 *   [16-17] sequence number, the same over retransmissions
 *   [18-21] local time stamp, seconds since 1998-01-01 00:00; 0 unspecified
 *   [22-23] UTC offset, signed minutes; FFFFh unspecified
 *   [24]    trap source type
 *   [25]    event source type
 *   [26]    severity
 *   [27]    sensor device: slave address or software id
 *   [28]    sensor number, 00h unspecified
 *   [29]    entity id
 *   [30]    entity instance
 *   [31-38] event data 1 to 3, then 5 more
 *   [39]    language, 19h English, 00h and FFh unspecified
 *   [40-43] manufacturer (IANA)
 *   [44-45] system id: the product
 *   [46..]  OEM fields, type/length coded; C1h or 00h ends them
 *
 * Sensor type, event type, direction and offset come with the specific trap number:
 * 23:16 sensor type, 15:8 event type, 7 deassertion, 3:0 offset.
 */
export interface PlatformEventTrap extends EventFields {
  /** 16 bytes as hex in the received order; absent if all zero. */
  readonly guid?: string;
  readonly sequence: number;
  /** As received; 0 unspecified. With `sequence` and the sender it identifies retransmissions. */
  readonly timestamp: number;
  /**
   * The time stamp as epoch milliseconds, taken as UTC. Firmware may send local time, so the time of receipt is the
   * better clock. Absent if unspecified.
   */
  readonly timeMs?: number;
  /** Minutes east of UTC; absent if unspecified. */
  readonly utcOffsetMinutes?: number;
  readonly trapSource: PetSource;
  readonly eventSource: PetSource;
  /** The bytes behind the two sources; 20h is IPMI 1.0, 21h and on later ones. */
  readonly trapSourceType: number;
  readonly eventSourceType: number;
  readonly severity: PetSeverity;
  readonly severityCode: number;
  readonly sensorDevice: number;
  readonly entityId: number;
  readonly entityInstance: number;
  /** Event data 4 to 8. */
  readonly moreData: Uint8Array;
  readonly language: number;
  readonly manufacturerId: number;
  readonly productId: number;
  /** The rest, end mark included; may be empty. */
  readonly oemFields: Uint8Array;
}

/**
 * Decodes a trap from its specific trap number and the octets of its variable.
 *
 * @throws TruncatedError when there are fewer than 46 octets
 */
export function decodePlatformEventTrap(specificTrap: number, octets: Uint8Array): PlatformEventTrap {
  const from = new Reader(octets, "platform event trap");
  const guid = from.bytes(16);
  const sequence = from.u16be();
  const timestamp = from.u32be();
  const utcOffset = from.u16be();
  const trapSourceType = from.u8();
  const eventSourceType = from.u8();
  const severityCode = from.u8();
  const sensorDevice = from.u8();
  const sensorNumber = from.u8();
  const entityId = from.u8();
  const entityInstance = from.u8();
  const [data1, data2, data3] = [from.u8(), from.u8(), from.u8()];
  const event = eventFields({
    sensorType: bits(specificTrap, 23, 16),
    sensorNumber,
    deassertion: bit(specificTrap, 7),
    eventType: bits(specificTrap, 15, 8),
    data1,
    data2,
    data3,
  });
  return {
    ...event,
    // The trap number is what the alert filter matched; event data 1 may be absent (00h) there.
    offset: bits(specificTrap, 3, 0),
    guid: guid.every((byte) => byte === 0) ? undefined : hexDigits(guid),
    sequence,
    timestamp,
    timeMs: timestamp === 0 ? undefined : PET_EPOCH_MS + timestamp * 1000,
    utcOffsetMinutes: utcOffset === UNSPECIFIED_OFFSET ? undefined : (utcOffset << 16) >> 16,
    trapSource: sourceOf(trapSourceType),
    eventSource: sourceOf(eventSourceType),
    trapSourceType,
    eventSourceType,
    severity: SEVERITIES[severityCode] ?? "unknown",
    severityCode,
    sensorDevice,
    entityId,
    entityInstance,
    moreData: from.bytes(5),
    language: from.u8(),
    manufacturerId: from.u32be(),
    productId: from.u16be(),
    oemFields: from.rest(),
  };
}

/** What the octets have; the rest is derived from it. */
type EncodedTrap = Omit<
  PlatformEventTrap,
  "trapSource" | "eventSource" | "severity" | "data2Use" | "data3Use" | "timeMs"
>;

/** The specific trap number and the octets of a trap, for the simulator. */
export function encodePlatformEventTrap(trap: EncodedTrap): {
  readonly specificTrap: number;
  readonly octets: Buffer;
} {
  const to = new Writer(FIXED_LENGTH + 1);
  to.padded(Buffer.from(trap.guid ?? "", "hex"), 16);
  to.u16be(trap.sequence)
    .u32be(trap.timestamp)
    .u16be(trap.utcOffsetMinutes ?? UNSPECIFIED_OFFSET);
  to.u8(trap.trapSourceType).u8(trap.eventSourceType).u8(trap.severityCode);
  to.u8(trap.sensorDevice).u8(trap.sensorNumber).u8(trap.entityId).u8(trap.entityInstance);
  to.u8(trap.data1).u8(trap.data2).u8(trap.data3).padded(trap.moreData, 5);
  to.u8(trap.language).u32be(trap.manufacturerId).u16be(trap.productId);
  to.bytes(trap.oemFields.length > 0 ? trap.oemFields : [END_OF_FIELDS]);
  const specificTrap = (trap.sensorType << 16) | (trap.eventType << 8) | flag(trap.deassertion, 7) | trap.offset;
  return { specificTrap, octets: to.take() };
}

function sourceOf(type: number): PetSource {
  return SOURCES[type >>> 3] ?? "third_party";
}
