/** Entity ids that imply something here. */
export const EntityId = {
  Processor: 0x03,
  SystemBoard: 0x07,
  PowerSupply: 0x0a,
  Fan: 0x1d,
  CoolingUnit: 0x1e,
  MemoryDevice: 0x20,
  AirInlet: 0x37,
  DcmiAirInlet: 0x40,
  DcmiProcessor: 0x41,
  DcmiSystemBoard: 0x42,
} as const;

/** IPMI 2.0 table 43-13; 40h-42h are DCMI's. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, "unspecified"],
  [0x01, "other"],
  [0x02, "unknown"],
  [0x03, "processor"],
  [0x04, "disk or disk bay"],
  [0x05, "peripheral bay"],
  [0x06, "system management module"],
  [0x07, "system board"],
  [0x08, "memory module"],
  [0x09, "processor module"],
  [0x0a, "power supply"],
  [0x0b, "add-in card"],
  [0x0c, "front panel board"],
  [0x0d, "back panel board"],
  [0x0e, "power system board"],
  [0x0f, "drive backplane"],
  [0x10, "system internal expansion board"],
  [0x11, "other system board"],
  [0x12, "processor board"],
  [0x13, "power unit"],
  [0x14, "power module"],
  [0x15, "power management board"],
  [0x16, "chassis back panel board"],
  [0x17, "system chassis"],
  [0x18, "sub-chassis"],
  [0x19, "other chassis board"],
  [0x1a, "disk drive bay"],
  [0x1b, "peripheral bay"],
  [0x1c, "device bay"],
  [0x1d, "fan"],
  [0x1e, "cooling unit"],
  [0x1f, "cable or interconnect"],
  [0x20, "memory device"],
  [0x21, "system management software"],
  [0x22, "system firmware"],
  [0x23, "operating system"],
  [0x24, "system bus"],
  [0x25, "group"],
  [0x26, "remote management communication device"],
  [0x27, "external environment"],
  [0x28, "battery"],
  [0x29, "processing blade"],
  [0x2a, "connectivity switch"],
  [0x2b, "processor and memory module"],
  [0x2c, "I/O module"],
  [0x2d, "processor and I/O module"],
  [0x2e, "management controller firmware"],
  [0x2f, "IPMI channel"],
  [0x30, "PCI bus"],
  [0x31, "PCI Express bus"],
  [0x32, "SCSI bus"],
  [0x33, "SATA or SAS bus"],
  [0x34, "processor front-side bus"],
  [0x35, "real-time clock"],
  [0x37, "air inlet"],
  [0x40, "air inlet"],
  [0x41, "processor"],
  [0x42, "system board"],
  [0xa0, "PICMG front board"],
  [0xc0, "PICMG rear transition module"],
  [0xf0, "PICMG shelf manager"],
]);

/** Name of an entity id: "power supply"; ranges by what they are for, "entity 99" for the rest. */
export function entityName(entityId: number): string {
  const name = NAMES.get(entityId);
  if (name !== undefined) return name;
  if (entityId >= 0x90 && entityId <= 0xaf) return `chassis-specific entity ${entityId}`;
  if (entityId >= 0xb0 && entityId <= 0xcf) return `board-set-specific entity ${entityId}`;
  if (entityId >= 0xd0 && entityId <= 0xff) return `OEM entity ${entityId}`;
  return `entity ${entityId}`;
}

/**
 * Entity and instance in decimal, "3.1": the instance without its container bit, device-relative
 * ones (60h-7Fh) as they are.
 */
export function entityText(entityId: number, entityInstance: number): string {
  return `${entityId}.${entityInstance & 0x7f}`;
}

/** DCMI has second numbers for three entities (40h-42h): the number of IPMI. */
export function canonicalEntityId(entityId: number): number {
  switch (entityId) {
    case EntityId.DcmiAirInlet:
      return EntityId.AirInlet;
    case EntityId.DcmiProcessor:
      return EntityId.Processor;
    case EntityId.DcmiSystemBoard:
      return EntityId.SystemBoard;
    default:
      return entityId;
  }
}
