import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../../src/ipmi/errors.ts";
import { decodeSelRecord, encodeSelRecord, eventDataUses } from "../../../../src/ipmi/records/sel/index.ts";
import { hex } from "../../../support/hex.ts";
import { expectPrefixesRefused } from "../../../support/layout.ts";
import { SEL_VECTORS } from "../../../vectors/sel.ts";
import { seededRandom } from "./random.ts";

describe("decodeSelRecord", () => {
  it("decodes every field of a threshold event", () => {
    expect(decodeSelRecord(hex("0200027cd9026b200004011c81595f64"))).toEqual({
      type: "system_event",
      recordId: 2,
      recordType: 2,
      legalType: true,
      timestamp: 0x6b02d97c,
      generator: { kind: "ipmb", address: 0x20, channel: 0, lun: 0 },
      revision: 4,
      sensorType: 1,
      sensorNumber: 0x1c,
      deassertion: true,
      eventType: 1,
      offset: 9,
      data1: 0x59,
      data2: 0x5f,
      data3: 0x64,
      data2Use: "trigger_reading",
      data3Use: "trigger_threshold",
    });
  });

  it("distinguishes software and controllers by the lowest bit of the generator", () => {
    expect(decodeSelRecord(hex("0c000298db026b3300040f066fc201ff"))).toMatchObject({
      generator: { kind: "software", softwareId: 0x19, channel: 0, lun: 0 },
    });
    expect(decodeSelRecord(hex("140002c6dc026b2c7304dc1775a00800"))).toMatchObject({
      generator: { kind: "ipmb", address: 0x2c, channel: 7, lun: 3 },
    });
  });

  it("decodes OEM records with and without a time stamp", () => {
    expect(decodeSelRecord(hex("1500c100dd026b570100010203040506"))).toEqual({
      type: "oem_timestamped",
      recordId: 0x15,
      recordType: 0xc1,
      timestamp: 0x6b02dd00,
      manufacturerId: 343,
      data: hex("010203040506"),
    });
    expect(decodeSelRecord(hex("1600e3101112131415161718191a1b1c"))).toEqual({
      type: "oem",
      recordId: 0x16,
      recordType: 0xe3,
      data: hex("101112131415161718191a1b1c"),
    });
    // ipmitool issue 384: the manufacturer is LS first on the wire.
    expect(decodeSelRecord(hex("0200df5cd29963370100040000000000"))).toMatchObject({
      timestamp: 0x6399d25c,
      manufacturerId: 311,
    });
  });

  it("reads undefined record types as system events and marks them", () => {
    for (const type of [0x00, 0x01, 0x03, 0xbf]) {
      const bytes = hex("030002b8d9026b20000408406f00ffff");
      bytes[2] = type;
      expect(decodeSelRecord(bytes)).toMatchObject({ type: "system_event", recordType: type, legalType: false });
      expect(encodeSelRecord(decodeSelRecord(bytes))).toEqual(bytes);
    }
  });

  it.each(SEL_VECTORS)("encodes back to the same bytes: $title", ({ bytes }) => {
    expect(encodeSelRecord(decodeSelRecord(hex(bytes)))).toEqual(hex(bytes));
  });

  it.each(SEL_VECTORS)("refuses fewer than 16 bytes as truncated: $title", ({ bytes }) => {
    expectPrefixesRefused(hex(`${bytes}ffff`), 16, decodeSelRecord);
  });

  it("decodes any 16 bytes and encodes them again", () => {
    const { random, seed } = seededRandom();
    for (let round = 0; round < 2000; round++) {
      const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
      const record = decodeSelRecord(bytes);
      expect(decodeSelRecord(encodeSelRecord(record)), `seed ${seed}`).toEqual(record);
    }
  });

  it("refuses to encode OEM data of another length", () => {
    const record = { type: "oem", recordId: 1, recordType: 0xe0, data: hex("01") } as const;
    expect(() => encodeSelRecord(record)).toThrow(DecodeError);
  });
});

describe("eventDataUses", () => {
  it.each([
    ["threshold 00", 0x01, 0x00, "unspecified", "unspecified"],
    ["threshold 01", 0x01, 0x50, "trigger_reading", "trigger_threshold"],
    ["threshold 10", 0x01, 0xa0, "oem", "oem"],
    ["threshold 11", 0x01, 0xf0, "sensor_specific", "sensor_specific"],
    ["discrete 01", 0x0b, 0x50, "previous_state", "reserved"],
    ["discrete 10", 0x6f, 0xa0, "oem", "oem"],
    ["discrete 11", 0x6f, 0xf0, "sensor_specific", "sensor_specific"],
    ["OEM 10", 0x75, 0xa0, "oem", "oem"],
    ["OEM 11", 0x70, 0xf0, "reserved", "reserved"],
  ] as const)("%s", (_, eventType, data1, data2Use, data3Use) => {
    expect(eventDataUses(eventType, data1)).toEqual({ data2Use, data3Use });
  });
});
