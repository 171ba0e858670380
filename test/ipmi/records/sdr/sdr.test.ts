import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../../src/ipmi/errors.ts";
import {
  decodeSdr,
  encodeSdr,
  type FullSensorRecord,
  type SdrRecord,
  sensorsOf,
} from "../../../../src/ipmi/records/sdr/index.ts";
import { hex } from "../../../support/hex.ts";
import { expectPrefixesRefused } from "../../../support/layout.ts";
import { OTHER_SDR_VECTORS, SENSOR_VECTORS } from "../../../vectors/sdr.ts";

const ALL = [...SENSOR_VECTORS, ...OTHER_SDR_VECTORS];

/** Header, fixed part and the type/length byte. */
const REQUIRED: Readonly<Record<SdrRecord["type"], number>> = {
  full: 48,
  compact: 32,
  event_only: 17,
  entity_association: 16,
  device_relative_entity_association: 26,
  generic_device_locator: 16,
  fru_device_locator: 16,
  management_controller_locator: 16,
  management_controller_confirmation: 32,
  bmc_message_channel_info: 16,
  oem: 8,
  unknown: 5,
};

// Published by kontron/python-ipmi; the second half of the GUID is zero there too.
const CONFIRMATION = "450051131b2000010201514ac162068000000000000000000000000000000000";
// Written by hand after section 43.11: channel 0 IPMB, channel 1 LAN on LUN 2, interrupts FFh and 30h.
const CHANNEL_INFO = "460051140b81a4000000000000ff3000";

describe("an SDR", () => {
  it.each(ALL)("$id decodes and encodes back to the same bytes", ({ id, sdr }) => {
    const record = decodeSdr(hex(sdr));
    expect(record).toMatchObject({ id, version: 0x51 });
    expect(encodeSdr(record).toString("hex")).toBe(sdr);
  });

  it.each([...ALL.map((v) => v.sdr), CONFIRMATION, CHANNEL_INFO])("refuses every truncated form of %s", (sdr) => {
    const bytes = hex(sdr);
    expectPrefixesRefused(bytes, REQUIRED[decodeSdr(bytes).type], decodeSdr);
  });

  it.each([
    ["full", 1, { type: "full", name: "CPU1 Temp", number: 1, entityId: 3, entityInstance: 1, eventType: 1 }],
    ["compact", 38, { type: "compact", name: "DIMM", number: 0x45, shared: { count: 4, modifierOffset: 1 } }],
    ["event-only", 44, { type: "event_only", name: "OS Stop", number: 0x60, entityId: 0x22, sensorType: 0x20 }],
    [
      "entity association",
      45,
      {
        container: { entityId: 0x17, instance: 1 },
        flags: { range: false, linked: false },
        contained: [{ entityId: 10, instance: 1 }, { entityId: 10, instance: 2 }, { entityId: 0 }, { entityId: 0 }],
      },
    ],
    [
      "device-relative association",
      46,
      {
        container: { entityId: 0x17, instance: 1 },
        flags: { presenceAccessible: true },
        contained: [
          { address: 0x20, channel: 0, entityId: 4, instance: 0x60 },
          { address: 0x20, channel: 0, entityId: 4, instance: 0x62 },
          { entityId: 0 },
          { entityId: 0 },
        ],
      },
    ],
    ["FRU locator", 47, { name: "PSU1 FRU", accessAddress: 0x20, logical: true, deviceId: 1, entityId: 10 }],
    ["FRU locator", 48, { name: "MB FRU", deviceId: 0, entityId: 7, entityInstance: 1 }],
    ["MC locator", 49, { name: "BMC", slaveAddress: 0x20, channel: 0, capabilities: 0xbf, entityId: 46 }],
    ["MC locator", 50, { name: "ME", slaveAddress: 0x2c, channel: 6, capabilities: 0x21, entityInstance: 2 }],
    ["generic locator", 51, { name: "GenDev", accessAddress: 0x20, slaveAddress: 0x90, deviceType: 2, entityId: 11 }],
    ["OEM", 52, { type: "oem", manufacturerId: 343, data: Uint8Array.from(hex("deadbeef")) }],
  ])("%s record %i agrees with the tools", (_, id, fields) => {
    const vector = ALL.find((v) => v.id === id);
    expect(decodeSdr(hex(vector?.sdr ?? ""))).toMatchObject(fields);
  });

  it("reads a controller confirmation", () => {
    const record = decodeSdr(hex(CONFIRMATION));
    expect(record).toMatchObject({
      type: "management_controller_confirmation",
      slaveAddress: 0x20,
      deviceId: 0,
      deviceRevision: 1,
      firmwareMajor: 2,
      firmwareMinor: 1,
      ipmiVersion: 0x51,
    });
    expect(encodeSdr(record).toString("hex")).toBe(CONFIRMATION);
  });

  it("reads message channel info", () => {
    const record = decodeSdr(hex(CHANNEL_INFO));
    expect(record).toMatchObject({
      type: "bmc_message_channel_info",
      messagingInterrupt: 0xff,
      eventBufferInterrupt: 0x30,
    });
    if (record.type !== "bmc_message_channel_info") throw new Error("type");
    expect(record.channels.slice(0, 3)).toEqual([
      { transmit: true, lun: 0, protocol: 1 },
      { transmit: true, lun: 2, protocol: 4 },
      { transmit: false, lun: 0, protocol: 0 },
    ]);
    expect(encodeSdr(record).toString("hex")).toBe(CHANNEL_INFO);
  });

  it("keeps records of types it does not know", () => {
    expect(decodeSdr(hex("0100510a020102"))).toEqual({
      type: "unknown",
      id: 1,
      version: 0x51,
      recordType: 0x0a,
      data: Uint8Array.of(1, 2),
    });
    expect(encodeSdr(decodeSdr(hex("0100510a020102"))).toString("hex")).toBe("0100510a020102");
  });

  it("uses the received length if the header has a larger one, as on HP DL585 G7", () => {
    const bytes = hex(SENSOR_VECTORS[0]?.sdr ?? "");
    bytes[4] = 0x64;
    expect(decodeSdr(bytes)).toMatchObject({ name: "CPU1 Temp" });
  });

  it("does not read past the header's length", () => {
    const bytes = hex(SENSOR_VECTORS[0]?.sdr ?? "");
    bytes[4] = 43 + 4;
    expect(decodeSdr(bytes)).toMatchObject({ name: "CPU1" });
    bytes[4] = 42;
    expect(() => decodeSdr(bytes)).toThrow(DecodeError);
  });

  it("cuts a name that runs past its record", () => {
    const sdr = SENSOR_VECTORS[0]?.sdr ?? "";
    const long = hex(sdr);
    long[47] = 0xdf;
    expect(decodeSdr(long)).toMatchObject({ name: "CPU1 Temp" });
    expect(encodeSdr(decodeSdr(long))).toEqual(long);
  });

  // Records of Supermicro X9DRW; FreeIPMI 1.6.10 prints these names.
  it.each([
    ["VDIMM AB", "c55644494d4d204142"],
    ["Peripheral Temp", "cb5065726970686572616c2054656d70"],
    ["3.3V", "c6332e3356"],
  ])("reads %s whole, whatever its length byte says", (name, idString) => {
    const head = hex("ae0351013320006107017d680201957a957a3f3f000400001000000000d007c0daa2ff006d6a6745484b0202000000");
    const record = Buffer.concat([head, hex(idString)]);
    record[4] = record.length - 5;
    expect(decodeSdr(record)).toMatchObject({ name });
    expect(encodeSdr(decodeSdr(record))).toEqual(record);
    expect(sensorsOf(decodeSdr(record))[0]).toMatchObject({ name, recordName: name });
  });

  it.each([
    ["more than 16 bytes", "c4435055314142434445464748494a4b4c4d4e", "CPU1ABCDEFGHIJKL"],
    ["bytes that are no text", "c443505531010203", "CPU1"],
    ["a 00h", "c4435055310054656d70", "CPU1"],
    ["a 00h within the name", "c6435055310000205465", "CPU1"],
    ["text behind no name at all", "c054656d70", ""],
    ["text behind a 6-bit name", "8329dca654656d70", "IPMI"],
  ])("ends a name at %s", (_, idString, name) => {
    const head = hex(SENSOR_VECTORS[0]?.sdr.slice(0, 94) ?? "");
    const record = Buffer.concat([head, hex(idString)]);
    record[4] = record.length - 5;
    expect(decodeSdr(record)).toMatchObject({ name });
    expect(encodeSdr(decodeSdr(record))).toEqual(record);
  });

  it("writes a changed name as 8-bit text of at most 16 bytes", () => {
    const record = decodeSdr(hex(SENSOR_VECTORS[28]?.sdr ?? "")) as FullSensorRecord;
    expect(record.name).toBe("SIXBIT-ID 7");
    const renamed = decodeSdr(encodeSdr({ ...record, name: "A name of nineteen" }));
    expect(renamed).toMatchObject({ name: "A name of ninete", idString: { typeLength: 0xd0 } });
  });

  it("refuses or reads mutated and random records, and throws nothing else", () => {
    const seed = Number(process.env.SEED ?? Date.now() % 0x7fffffff);
    console.info(`SDR noise seed ${seed}`);
    let state = seed >>> 0;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 0x1_0000_0000) * below);
    };
    for (let i = 0; i < 4000; i++) {
      const vector = ALL[random(ALL.length)]?.sdr ?? "";
      const bytes = i % 4 === 0 ? Buffer.from(Array.from({ length: random(80) }, () => random(256))) : hex(vector);
      for (let n = random(6); n > 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256);
      const cut = bytes.subarray(0, random(3) === 0 ? random(bytes.length + 1) : bytes.length);
      try {
        const record = decodeSdr(cut);
        expect(decodeSdr(encodeSdr(record)).type).toBe(record.type);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
  });
});
