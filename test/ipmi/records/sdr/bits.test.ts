import { describe, expect, it } from "vitest";
import { decodeSdr, encodeSdr, type SdrRecord, sensorsOf } from "../../../../src/ipmi/records/sdr/index.ts";
import { hex } from "../../../support/hex.ts";

/*
 * Records in which neighbouring bits differ (AAh and 55h), each with the whole value: a flag read from the wrong bit
 * shows. Written by hand after the tables of IPMI 2.0 section 43.
 */

type Body<T> = T extends unknown ? Omit<T, "id" | "version" | "idString"> : never;

interface Row {
  readonly about: string;
  readonly type: number;
  /** Everything behind the header. */
  readonly body: string;
  readonly value: Body<SdrRecord>;
  /** What the value encodes to, where reserved bits of `body` are lost; `body` where absent. */
  readonly encoded?: string;
}

const NAME = "c141"; // "A"
const AA = (count: number): string => "aa".repeat(count);
const X55 = (count: number): string => "55".repeat(count);

const keyAA = {
  ownerId: 0xaa,
  channel: 0x0a,
  fruOwnerLun: 2,
  ownerLun: 2,
  number: 0xaa,
  entityId: 0xaa,
  entityInstance: 0xaa,
};
const key55 = {
  ownerId: 0x55,
  channel: 0x05,
  fruOwnerLun: 1,
  ownerLun: 1,
  number: 0x55,
  entityId: 0x55,
  entityInstance: 0x55,
};
const commonAA = {
  ...keyAA,
  initialisation: 0xaa,
  capabilities: {
    ignoreIfAbsent: true,
    autoRearm: false,
    hysteresis: "settable",
    thresholdAccess: "settable",
    eventControl: "global",
  },
  sensorType: 0xaa,
  eventType: 0xaa,
  masks: { assertion: 0xaaaa, deassertion: 0xaaaa, reading: 0xaaaa },
  analogFormat: "twos_complement",
  units: { rate: 5, modifierUse: 1, percentage: false, base: 0xaa, modifier: 0xaa },
} as const;
const common55 = {
  ...key55,
  initialisation: 0x55,
  capabilities: {
    ignoreIfAbsent: false,
    autoRearm: true,
    hysteresis: "readable",
    thresholdAccess: "readable",
    eventControl: "entire_sensor",
  },
  sensorType: 0x55,
  eventType: 0x55,
  masks: { assertion: 0x5555, deassertion: 0x5555, reading: 0x5555 },
  analogFormat: "ones_complement",
  units: { rate: 2, modifierUse: 2, percentage: true, base: 0x55, modifier: 0x55 },
} as const;
const readings = (raw: number) => ({
  nominalReading: raw,
  normalMaximum: raw,
  normalMinimum: raw,
  sensorMaximum: raw,
  sensorMinimum: raw,
  thresholds: {
    upper_non_recoverable: raw,
    upper_critical: raw,
    upper_non_critical: raw,
    lower_non_recoverable: raw,
    lower_critical: raw,
    lower_non_critical: raw,
  },
  positiveHysteresis: raw,
  negativeHysteresis: raw,
});
const sharedAA = {
  direction: 2,
  modifierType: 2,
  count: 10,
  incrementsEntityInstance: true,
  modifierOffset: 0x2a,
} as const;
const shared55 = {
  direction: 1,
  modifierType: 1,
  count: 5,
  incrementsEntityInstance: false,
  modifierOffset: 0x55,
} as const;
const locatorTail = (byte: number) => ({
  reserved: byte,
  deviceType: byte,
  deviceTypeModifier: byte,
  entityId: byte,
  entityInstance: byte,
  oem: byte,
  name: "A",
});

const ROWS: readonly Row[] = [
  {
    about: "full AAh",
    type: 0x01,
    body: AA(42) + NAME,
    value: {
      type: "full",
      ...commonAA,
      factors: {
        linearisation: 0x2a,
        m: -342,
        tolerance: 0x2a,
        b: -342,
        accuracy: 0x2aa,
        accuracyExponent: 2,
        rExponent: -6,
        bExponent: -6,
      },
      direction: 2,
      specified: { nominalReading: false, normalMaximum: true, normalMinimum: false },
      ...readings(0xaa),
      reserved: 0xaaaa,
      oem: 0xaa,
      name: "A",
    },
    encoded: `${AA(18)}2a${AA(6)}02${AA(16)}${NAME}`,
  },
  {
    about: "full 55h",
    type: 0x01,
    body: X55(42) + NAME,
    value: {
      type: "full",
      ...common55,
      factors: {
        linearisation: 0x55,
        m: 341,
        tolerance: 0x15,
        b: 341,
        accuracy: 0x155,
        accuracyExponent: 1,
        rExponent: 5,
        bExponent: 5,
      },
      direction: 1,
      specified: { nominalReading: true, normalMaximum: false, normalMinimum: true },
      ...readings(0x55),
      reserved: 0x5555,
      oem: 0x55,
      name: "A",
    },
    encoded: `${X55(25)}05${X55(16)}${NAME}`,
  },
  {
    about: "compact AAh",
    type: 0x02,
    body: AA(26) + NAME,
    value: {
      type: "compact",
      ...commonAA,
      shared: sharedAA,
      positiveHysteresis: 0xaa,
      negativeHysteresis: 0xaa,
      reserved: 0xaaaaaa,
      oem: 0xaa,
      name: "A",
    },
  },
  {
    about: "compact 55h",
    type: 0x02,
    body: X55(26) + NAME,
    value: {
      type: "compact",
      ...common55,
      shared: shared55,
      positiveHysteresis: 0x55,
      negativeHysteresis: 0x55,
      reserved: 0x555555,
      oem: 0x55,
      name: "A",
    },
  },
  {
    about: "event-only AAh",
    type: 0x03,
    body: AA(11) + NAME,
    value: {
      type: "event_only",
      ...keyAA,
      sensorType: 0xaa,
      eventType: 0xaa,
      shared: sharedAA,
      reserved: 0xaa,
      oem: 0xaa,
      name: "A",
    },
  },
  {
    about: "event-only 55h",
    type: 0x03,
    body: X55(11) + NAME,
    value: {
      type: "event_only",
      ...key55,
      sensorType: 0x55,
      eventType: 0x55,
      shared: shared55,
      reserved: 0x55,
      oem: 0x55,
      name: "A",
    },
  },
  {
    about: "entity association AAh",
    type: 0x08,
    body: AA(11),
    value: {
      type: "entity_association",
      container: { entityId: 0xaa, instance: 0xaa },
      flags: { range: true, linked: false, presenceAccessible: true, reserved: 0x0a },
      contained: Array.from({ length: 4 }, () => ({ entityId: 0xaa, instance: 0xaa })),
    },
  },
  {
    about: "entity association 55h",
    type: 0x08,
    body: X55(11),
    value: {
      type: "entity_association",
      container: { entityId: 0x55, instance: 0x55 },
      flags: { range: false, linked: true, presenceAccessible: false, reserved: 0x15 },
      contained: Array.from({ length: 4 }, () => ({ entityId: 0x55, instance: 0x55 })),
    },
  },
  {
    about: "device-relative association AAh",
    type: 0x09,
    body: AA(27),
    value: {
      type: "device_relative_entity_association",
      container: { entityId: 0xaa, instance: 0xaa, address: 0xaa, channel: 0x0a },
      flags: { range: true, linked: false, presenceAccessible: true, reserved: 0x0a },
      contained: Array.from({ length: 4 }, () => ({ entityId: 0xaa, instance: 0xaa, address: 0xaa, channel: 0x0a })),
    },
    encoded: `aaaaaaa0aa${"aaa0aaaa".repeat(4)}${"00".repeat(6)}`,
  },
  {
    about: "device-relative association 55h",
    type: 0x09,
    body: X55(27),
    value: {
      type: "device_relative_entity_association",
      container: { entityId: 0x55, instance: 0x55, address: 0x55, channel: 0x05 },
      flags: { range: false, linked: true, presenceAccessible: false, reserved: 0x15 },
      contained: Array.from({ length: 4 }, () => ({ entityId: 0x55, instance: 0x55, address: 0x55, channel: 0x05 })),
    },
    encoded: `5555555055${"55505555".repeat(4)}${"00".repeat(6)}`,
  },
  {
    about: "generic locator AAh",
    type: 0x10,
    body: AA(10) + NAME,
    value: {
      type: "generic_device_locator",
      accessAddress: 0xaa,
      slaveAddress: 0xaa,
      channel: 5,
      lun: 1,
      bus: 2,
      addressSpan: 0xaa,
      ...locatorTail(0xaa),
    },
  },
  {
    about: "generic locator 55h",
    type: 0x10,
    body: X55(10) + NAME,
    value: {
      type: "generic_device_locator",
      accessAddress: 0x55,
      slaveAddress: 0x54,
      channel: 10,
      lun: 2,
      bus: 5,
      addressSpan: 0x55,
      ...locatorTail(0x55),
    },
  },
  {
    about: "FRU locator AAh",
    type: 0x11,
    body: AA(10) + NAME,
    value: {
      type: "fru_device_locator",
      accessAddress: 0xaa,
      deviceId: 0xaa,
      logical: true,
      lun: 1,
      bus: 2,
      channel: 0x0a,
      ...locatorTail(0xaa),
    },
    encoded: `aaaa8aa0${AA(6)}${NAME}`,
  },
  {
    about: "FRU locator 55h",
    type: 0x11,
    body: X55(10) + NAME,
    value: {
      type: "fru_device_locator",
      accessAddress: 0x55,
      deviceId: 0x55,
      logical: false,
      lun: 2,
      bus: 5,
      channel: 0x05,
      ...locatorTail(0x55),
    },
    encoded: `55551550${X55(6)}${NAME}`,
  },
  {
    about: "controller locator AAh",
    type: 0x12,
    body: AA(10) + NAME,
    value: {
      type: "management_controller_locator",
      slaveAddress: 0xaa,
      channel: 0x0a,
      powerAndInitialisation: 0xaa,
      capabilities: 0xaa,
      reserved: 0xaaaaaa,
      entityId: 0xaa,
      entityInstance: 0xaa,
      oem: 0xaa,
      name: "A",
    },
    encoded: `aa0a${AA(8)}${NAME}`,
  },
  {
    about: "controller locator 55h",
    type: 0x12,
    body: X55(10) + NAME,
    value: {
      type: "management_controller_locator",
      slaveAddress: 0x55,
      channel: 0x05,
      powerAndInitialisation: 0x55,
      capabilities: 0x55,
      reserved: 0x555555,
      entityId: 0x55,
      entityInstance: 0x55,
      oem: 0x55,
      name: "A",
    },
    encoded: `5505${X55(8)}${NAME}`,
  },
  ...[0xaa, 0x55].map(
    (byte): Row => ({
      about: `controller confirmation ${byte.toString(16).toUpperCase()}h`,
      type: 0x13,
      body: byte.toString(16).repeat(27),
      value: {
        type: "management_controller_confirmation",
        slaveAddress: byte,
        deviceId: byte,
        channel: byte & 0x0f,
        deviceRevision: byte & 0x0f,
        firmwareMajor: byte,
        firmwareMinor: byte,
        ipmiVersion: byte,
        manufacturerId: byte * 0x010101,
        productId: byte * 0x0101,
        guid: new Uint8Array(16).fill(byte),
      },
    }),
  ),
  {
    about: "channel info",
    type: 0x14,
    body: "aa55aa55aa55aa55aa55aa",
    value: {
      type: "bmc_message_channel_info",
      channels: Array.from({ length: 8 }, (_, n) =>
        n % 2 === 0 ? { transmit: true, lun: 2, protocol: 0x0a } : { transmit: false, lun: 5, protocol: 0x05 },
      ),
      messagingInterrupt: 0xaa,
      eventBufferInterrupt: 0x55,
      reserved: 0xaa,
    },
  },
];

const recordBytes = (type: number, body: string): Buffer =>
  Buffer.concat([hex("010051"), Buffer.of(type, body.length / 2), hex(body)]);

describe("each bit of an SDR has its place:", () => {
  it.each(ROWS)("$about", ({ type, body, value, encoded }) => {
    const { idString, ...decoded } = { idString: undefined, ...decodeSdr(recordBytes(type, body)) };
    expect(decoded).toEqual({ id: 1, version: 0x51, ...value });
    const record = { id: 1, version: 0x51, ...value } as SdrRecord;
    expect(encodeSdr(record).toString("hex")).toBe(recordBytes(type, encoded ?? body).toString("hex"));
  });
});

describe("each bit of a sensor's masks has its place:", () => {
  /** A full record of the event type with the given byte in all of its masks. */
  const sensorOf = (eventType: number, mask: string, capabilities = "68") => {
    const body =
      `2000100301 7f ${capabilities} 01 ${eventType.toString(16).padStart(2, "0")} ${mask.repeat(6)}`.replaceAll(
        " ",
        "",
      );
    const [sensor] = sensorsOf(decodeSdr(recordBytes(0x01, `${body}000100${"00".repeat(24)}${NAME}`)));
    return sensor;
  };

  it.each([
    ["aa", 0x2aaa],
    ["55", 0x5555],
  ])("15 states of a discrete sensor, masks %s", (mask, states) => {
    expect(sensorOf(0x6f, mask)).toMatchObject({
      assertionMask: states,
      deassertionMask: states,
      readingMask: states,
    });
  });

  it.each([
    ["aa", 0xaaa, ["lower_critical", "upper_non_critical", "upper_non_recoverable"]],
    ["55", 0x555, ["lower_non_critical", "lower_non_recoverable", "upper_critical"]],
  ])("12 events and 6 limits of a threshold sensor, masks %s", (mask, events, limits) => {
    const sensor = sensorOf(0x01, mask);
    expect(sensor).toMatchObject({ assertionMask: events, deassertionMask: events, readingMask: 0 });
    expect(new Set(sensor?.readableThresholds)).toEqual(new Set(limits));
    expect(new Set(sensor?.settableThresholds)).toEqual(new Set(limits));
  });

  it.each([
    ["01", true],
    ["20", true],
    ["c0", false],
  ])("the 6 limits that can be read although the record says none, mask %s", (low, asks) => {
    expect(sensorOf(0x01, `${low}`, "60")?.asksThresholds).toBe(asks);
  });

  it("an entity instance counts in bits 6:0 and keeps the container bit", () => {
    const shared = (instance: string): number[] => {
      const body = `20001003${instance}7f680c6f${"00".repeat(6)}c000000280${"00".repeat(7)}${NAME}`;
      return sensorsOf(decodeSdr(recordBytes(0x02, body))).map((sensor) => sensor.entityInstance);
    };
    expect(shared("ff")).toEqual([0xff, 0x80]);
    expect(shared("7f")).toEqual([0x7f, 0x00]);
    expect(shared("3f")).toEqual([0x3f, 0x40]);
  });
});
