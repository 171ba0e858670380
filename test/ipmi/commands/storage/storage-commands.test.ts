import { describe, expect, it } from "vitest";
import {
  clearSel,
  deleteSelEntry,
  FIRST_RECORD,
  getFruInventoryAreaInfo,
  getSdr,
  getSdrRepositoryInfo,
  getSelAllocationInfo,
  getSelEntry,
  getSelInfo,
  getSelTime,
  getSelTimeUtcOffset,
  LAST_RECORD,
  readFruData,
  reserveSdrRepository,
  reserveSel,
} from "../../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../../src/ipmi/errors.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

const seconds = (iso: string): number => Date.parse(iso) / 1000;

// Answers that ipmitool 1.8.19 and FreeIPMI 1.6.10 decoded.
describe("SDR repository", () => {
  knownResponse(getSdrRepositoryInfo, {
    about: "52 records, reserve supported",
    bytes: "513400001040d9026b0000000002",
    value: {
      version: 0x51,
      records: 52,
      freeBytes: 4096,
      lastAdditionTimestamp: seconds("2026-11-22T12:00:00Z"),
      lastEraseTimestamp: 0,
      overflow: false,
      reserveSupported: true,
      deleteSupported: false,
      allocationInfoSupported: false,
    },
  });
  knownResponse(getSdrRepositoryInfo, {
    about: "a MegaRAC that was never filled",
    bytes: "511a00f039ffffffff0000000027",
    value: { records: 26, lastAdditionTimestamp: 0xffffffff, updateModes: 1, partialAddSupported: true },
  });
  eachBitOfResponse(
    getSdrRepositoryInfo,
    {
      bytes: "51010203040506070809101112aa",
      value: {
        version: 0x51,
        records: 0x0201,
        freeBytes: 0x0403,
        lastAdditionTimestamp: 0x08070605,
        lastEraseTimestamp: 0x12111009,
        overflow: true,
        updateModes: 1,
        deleteSupported: true,
        partialAddSupported: false,
        reserveSupported: true,
        allocationInfoSupported: false,
      },
    },
    {
      bytes: "5101020304050607080910111255",
      value: {
        version: 0x51,
        records: 0x0201,
        freeBytes: 0x0403,
        lastAdditionTimestamp: 0x08070605,
        lastEraseTimestamp: 0x12111009,
        overflow: false,
        updateModes: 2,
        deleteSupported: false,
        partialAddSupported: true,
        reserveSupported: false,
        allocationInfoSupported: true,
      },
      encoded: "5101020304050607080910111245",
    },
  );
  knownResponse(reserveSdrRepository, { about: "any number", bytes: "937a", value: { reservationId: 0x7a93 } });
  knownRequest(getSdr, {
    about: "the header of record 1, unreserved",
    bytes: "000001000005",
    value: { reservationId: 0, recordId: 1, offset: 0, count: 5 },
  });
  knownResponse(getSdr, {
    about: "the header of record 1, record 2 is next",
    bytes: "02000100510134",
    required: 2,
    value: { nextRecordId: 2, data: hex("0100510134") },
  });

  it("reads the whole record by default", () => {
    expect(getSdr.encodeRequest({ recordId: LAST_RECORD })).toEqual(hex("0000ffff00ff"));
    expect(getSdr.encodeRequest({ recordId: FIRST_RECORD })).toEqual(hex("0000000000ff"));
  });
});

describe("SEL", () => {
  knownResponse(getSelInfo, {
    about: "23 entries, 12288 bytes free",
    bytes: "511700003028dd026bc087016b02",
    value: {
      entries: 23,
      freeBytes: 12288,
      lastAdditionTimestamp: seconds("2026-11-22T12:16:40Z"),
      lastEraseTimestamp: seconds("2026-11-21T12:00:00Z"),
      overflow: false,
      reserveSupported: true,
    },
  });
  knownResponse(getSelInfo, {
    about: "an overflow",
    bytes: "510002000000000000000000008f",
    value: { entries: 512, overflow: true, deleteSupported: true, partialAddSupported: true },
  });
  eachBitOfResponse(
    getSelInfo,
    {
      bytes: "51010203040506070809101112aa",
      value: {
        version: 0x51,
        entries: 0x0201,
        freeBytes: 0x0403,
        lastAdditionTimestamp: 0x08070605,
        lastEraseTimestamp: 0x12111009,
        overflow: true,
        deleteSupported: true,
        partialAddSupported: false,
        reserveSupported: true,
        allocationInfoSupported: false,
      },
      encoded: "510102030405060708091011128a",
    },
    {
      bytes: "5101020304050607080910111255",
      value: {
        version: 0x51,
        entries: 0x0201,
        freeBytes: 0x0403,
        lastAdditionTimestamp: 0x08070605,
        lastEraseTimestamp: 0x12111009,
        overflow: false,
        deleteSupported: false,
        partialAddSupported: true,
        reserveSupported: false,
        allocationInfoSupported: true,
      },
      encoded: "5101020304050607080910111205",
    },
  );
  knownResponse(getSelAllocationInfo, {
    about: "1022 units of 18 bytes, as a MegaRAC says it",
    bytes: "fe031200fb03fb0301",
    value: { units: 1022, unitBytes: 18, freeUnits: 1019, largestFreeUnits: 1019, largestRecordUnits: 1 },
  });
  knownResponse(reserveSel, { about: "any number", bytes: "d0b2", value: { reservationId: 0xb2d0 } });
  knownRequest(getSelEntry, {
    about: "record 1 whole",
    bytes: "0000010000ff",
    value: { reservationId: 0, recordId: 1, offset: 0, count: 0xff },
  });
  knownResponse(getSelEntry, {
    about: "record 1 whole, record 2 is next",
    bytes: "020001000240d9026b200004011c01596564",
    required: 2,
    value: { nextRecordId: 2, data: hex("01000240d9026b200004011c01596564") },
  });
  knownRequest(clearSel, {
    about: "CLR and AAh begin to erase",
    bytes: "d0b2434c52aa",
    value: { reservationId: 0xb2d0, action: "initiate" },
  });
  knownRequest(clearSel, {
    about: "CLR and 00h ask how far it is",
    bytes: "d0b2434c5200",
    value: { reservationId: 0xb2d0, action: "get status" },
  });
  knownResponse(clearSel, { about: "in progress", bytes: "00", value: { completed: false } });
  knownResponse(clearSel, { about: "completed", bytes: "01", value: { completed: true } });

  it.each([
    ["f1", true],
    ["f0", false],
    ["09", false],
    ["03", false],
  ])("reads the erasure progress of %s from its low half", (bytes, completed) => {
    expect(clearSel.decodeResponse(hex(bytes))).toEqual({ completed });
  });

  it("refuses to clear without CLR or with another action", () => {
    expect(() => clearSel.decodeRequest(hex("d0b2434c53aa"))).toThrow(DecodeError);
    expect(() => clearSel.decodeRequest(hex("d0b2434c5255"))).toThrow(DecodeError);
  });

  knownRequest(deleteSelEntry, {
    about: "record 2",
    bytes: "d0b20200",
    value: { reservationId: 0xb2d0, recordId: 2 },
  });
  knownResponse(deleteSelEntry, { about: "record 2 is gone", bytes: "0200", required: 0, value: { recordId: 2 } });

  it("marks what changes the log, and nothing else", () => {
    expect([clearSel.effect, deleteSelEntry.effect, reserveSel.effect]).toEqual(["changes", "changes", "reads"]);
  });

  it("names an erase in progress", () => {
    for (const command of [getSelInfo, reserveSel, getSelEntry, deleteSelEntry])
      expect(command.describeRefusal(0x81)).toBe("SEL erase in progress");
  });

  knownResponse(getSelTime, {
    about: "2026-11-22 12:33:20",
    bytes: "10e1026b",
    value: { timestamp: seconds("2026-11-22T12:33:20Z") },
  });
  knownResponse(getSelTimeUtcOffset, { about: "-300 minutes", bytes: "d4fe", value: { offsetMinutes: -300 } });

  it("has no UTC offset if the BMC returns 07FFh", () => {
    expect(getSelTimeUtcOffset.decodeResponse(hex("ff07"))).toEqual({});
    expect(getSelTimeUtcOffset.encodeResponse({})).toEqual(hex("ff07"));
  });
});

describe("FRU", () => {
  knownRequest(getFruInventoryAreaInfo, { about: "FRU 0", bytes: "00", value: { fruId: 0 } });
  knownResponse(getFruInventoryAreaInfo, {
    about: "256 bytes, byte access",
    bytes: "000100",
    value: { areaBytes: 256, wordAccess: false },
  });
  eachBitOfResponse(
    getFruInventoryAreaInfo,
    { bytes: "0001aa", value: { areaBytes: 256, wordAccess: false }, encoded: "000100" },
    { bytes: "000155", value: { areaBytes: 256, wordAccess: true }, encoded: "000101" },
  );
  knownRequest(readFruData, {
    about: "64 bytes of FRU 0",
    bytes: "00000040",
    value: { fruId: 0, offset: 0, count: 64 },
  });
  knownResponse(readFruData, {
    about: "fewer bytes than its count are truncated",
    bytes: "0401000001",
    value: { count: 4, data: hex("01000001") },
  });

  it("returns all bytes of an answer in words, and surplus ones", () => {
    expect(readFruData.decodeResponse(hex("0201000001")).data).toEqual(hex("01000001"));
  });

  it("names a busy FRU", () => {
    expect(readFruData.describeRefusal(0x81)).toBe("FRU device busy");
  });
});
