import { describe, expect, it } from "vitest";
import { TruncatedError } from "../../../../src/ipmi/errors.ts";
import { chassisTypeName, decodeFru, encodeFru, type FruContent } from "../../../../src/ipmi/records/fru/index.ts";
import { hex } from "../../../support/hex.ts";
import { SERVER_FRU, SUPPLY_FRU } from "../../../vectors/fru.ts";
import { seededRandom } from "../sel/random.ts";
import { fruFixtures, printedFrus } from "./fixtures.ts";

const server = hex(SERVER_FRU);

/** A copy with some bytes replaced. */
const changed = (bytes: Uint8Array, ...changes: readonly (readonly [offset: number, value: number])[]): Buffer => {
  const copy = Buffer.from(bytes);
  for (const [offset, value] of changes) copy[offset] = value;
  return copy;
};

describe("decodeFru", () => {
  it("reads the server's areas as ipmitool and FreeIPMI print them", () => {
    const fru = decodeFru(server);
    expect(fru.chassis).toEqual({ type: 0x17, partNumber: "PN-CH-01", serial: "SN-CH-0001", custom: [] });
    expect(chassisTypeName(0x17)).toBe("Rack Mount Chassis");
    expect(chassisTypeName(0x97)).toBe("Rack Mount Chassis");
    expect(chassisTypeName(0x57)).toBeUndefined();
    expect(fru.board).toEqual({
      language: 25,
      manufacturedMs: Date.UTC(2026, 10, 22, 12),
      manufacturer: "Example Corp",
      product: "X-Board 2",
      serial: "BSN0001",
      partNumber: "BPN-7",
      fileId: "FRU1",
      custom: ["EXTRA-6BIT"],
    });
    expect(fru.product).toEqual({
      language: 25,
      manufacturer: "Example Corp",
      product: "X-Server 2U",
      partNumber: "XS2U",
      version: "v3",
      serial: "PSN-42",
      assetTag: "ASSET-9",
      custom: ["custom one"],
    });
    expect(fru.internalUse).toBeUndefined();
    expect(fru.problems).toEqual([]);
  });

  it("reads the server's power supply and DC output records", () => {
    expect(decodeFru(server).multiRecords).toEqual([
      {
        type: "power_supply",
        capacityWatts: 1200,
        peakVoltAmperes: 1300,
        inrushAmperes: 30,
        inrushIntervalMs: 5,
        inputRange1: { lowMillivolts: 100_000, highMillivolts: 127_000 },
        inputRange2: { lowMillivolts: 200_000, highMillivolts: 240_000 },
        lowHertz: 47,
        highHertz: 63,
        dropoutMs: 12,
        predictiveFail: false,
        powerFactorCorrection: true,
        autoswitch: true,
        hotSwap: true,
        tachometerFlag: true,
        peakHoldUpSeconds: 5,
        peakWatts: 1300,
        combinedVoltage1: 0,
        combinedVoltage2: 0,
        combinedWatts: 0,
        predictiveFailRevolutionsPerSecond: 0,
      },
      {
        type: "dc_output",
        output: 1,
        standby: false,
        nominalMillivolts: 12_000,
        maximumNegativeDeviationMillivolts: 11_400,
        maximumPositiveDeviationMillivolts: 12_600,
        rippleMillivolts: 120,
        minimumMilliamperes: 1000,
        maximumMilliamperes: 60_000,
      },
    ]);
  });

  it("reads a supply's board area with language 0", () => {
    const fru = decodeFru(hex(SUPPLY_FRU));
    expect(fru.board).toEqual({
      language: 0,
      manufacturedMs: Date.UTC(2026, 10, 22, 12),
      manufacturer: "PSU Maker",
      product: "PSU-1300",
      serial: "PSUSN1",
      partNumber: "PSUPN1",
      custom: [],
    });
    expect(fru.problems).toEqual([]);
  });

  it("refuses fewer than the 8 bytes of the common header as truncated", () => {
    for (let length = 0; length < 8; length++) {
      expect(() => decodeFru(server.subarray(0, length))).toThrow(TruncatedError);
    }
  });

  it("reads the present part of an incomplete FRU and lists what is missing", () => {
    for (let length = 8; length < server.length; length++)
      expect(() => decodeFru(server.subarray(0, length))).not.toThrow();
    const half = decodeFru(server.subarray(0, 0x70));
    expect(half.board?.serial).toBe("BSN0001");
    expect(half.product?.manufacturer).toBe("Exam");
    expect(half.problems).toEqual([
      "product area: runs past the end of the data",
      "product area: manufacturer runs past the end of the area",
      "multirecord 0: begins at byte 176, there are 112",
    ]);
  });

  it("does not look for an internal use area that was not read", () => {
    const header = hex("010a0001000000f4");
    const board = encodeFru({ board: { language: 0, serial: "S1", custom: [] }, multiRecords: [] }).subarray(8);
    const fru = Buffer.concat([header, board]);
    expect(decodeFru(fru).problems).toEqual(["internal use area: begins at byte 80, there are 24"]);
    expect(decodeFru(fru, { internalUse: false })).toMatchObject({ board: { serial: "S1" }, problems: [] });
  });
});

describe("decodeFru on damaged data", () => {
  it.each([
    ["the common header", (fru: Buffer) => changed(fru, [0, 0x09]), "common header: unknown format version 9"],
    ["an area", (fru: Buffer) => changed(fru, [8, 0x09]), "board area: unknown format version 9"],
  ])("uses all four bits of a format version: %s", (_, damage, problem) => {
    const fru = encodeFru({ board: { language: 0, serial: "S1", custom: [] }, multiRecords: [] });
    expect(decodeFru(damage(fru)).problems).toContain(problem);
  });

  it.each([
    ["a wrong header checksum", changed(server, [7, 0]), "common header: wrong checksum"],
    ["a wrong board checksum", changed(server, [0x67, 0]), "board area: wrong checksum"],
    ["a wrong record checksum", changed(server, [0xb3, 0], [0xb4, 0xe6]), "multirecord 0: wrong checksum"],
    ["a wrong record header checksum", changed(server, [0xb4, 0]), "multirecord 0: wrong header checksum"],
  ])("warns of %s and reads on", (_, bytes, problem) => {
    const fru = decodeFru(bytes);
    expect(fru.problems).toEqual([problem]);
    expect(fru.board?.serial).toBe("BSN0001");
    expect(fru.multiRecords).toHaveLength(2);
  });

  it("stops at a record whose header and data are both wrong", () => {
    const fru = decodeFru(changed(server, [0xb3, 0]));
    expect(fru.multiRecords).toEqual([]);
    expect(fru.problems).toEqual(["multirecord 0: wrong header checksum"]);
  });

  it("ends the fields with the area where C1h is missing", () => {
    const fru = decodeFru(changed(server, [0x61, 0xc0]));
    expect(fru.board?.custom).toEqual(["EXTRA-6BIT"]);
    expect(fru.problems).toEqual(["board area: wrong checksum", "board area: no end of fields (C1h)"]);
  });

  it("clamps an area that runs into the next one, and a field that runs past its area", () => {
    const fru = decodeFru(changed(server, [0x09, 0x06], [0x14, 0xff]));
    expect(fru.chassis?.partNumber).toBe("PN-CH-01");
    expect(fru.problems).toContain("chassis area: runs into the next area");
    expect(fru.problems).toContain("chassis area: serial runs past the end of the area");
    expect(fru.board?.serial).toBe("BSN0001");
  });

  it.each([
    ["FFh", 0xff],
    ["FEh", 0xfe],
  ])("reports a serial filled with %s as absent", (name, value) => {
    const serial = server.indexOf("BSN0001");
    const bytes = Buffer.from(server).fill(value, serial, serial + 7);
    const fru = decodeFru(bytes);
    expect(fru.board?.serial).toBeUndefined();
    expect(fru.board?.partNumber).toBe("BPN-7");
    expect(fru.problems).toContain(`board area: serial is filled with ${name}`);
  });

  it("reports a zero or blank header as empty", () => {
    expect(decodeFru(Buffer.alloc(256))).toEqual({ multiRecords: [], problems: ["common header: all zero"] });
    expect(decodeFru(Buffer.alloc(256, 0xff)).problems).toEqual(["common header: never written (all FFh)"]);
  });

  it("accepts under a senseless header only areas that prove themselves", () => {
    const damaged = changed(server, [0, 0x50]);
    expect(decodeFru(damaged).product?.serial).toBe("PSN-42");
    expect(decodeFru(damaged).multiRecords).toEqual([]);
    expect(decodeFru(changed(damaged, [0x70, 0])).product).toBeUndefined();
  });

  it("ignores small manufacture dates and FFFFFFh", () => {
    for (const date of ["000000", "1f0300", "ffffff"]) {
      const bytes = changed(server, ...[...hex(date)].map((value, i) => [0x2b + i, value] as const));
      expect(decodeFru(bytes).board?.manufacturedMs).toBeUndefined();
    }
  });

  it("never throws on mutated and random bytes", () => {
    const { random, seed } = seededRandom();
    for (let round = 0; round < 4000; round++) {
      const bytes = Buffer.from(server);
      const mutations = 1 + Math.floor(random() * 12);
      for (let i = 0; i < mutations; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      if (round % 4 === 0) for (let i = 1; i < bytes.length; i++) bytes[i] = Math.floor(random() * 256);
      const cut = bytes.subarray(0, 8 + Math.floor(random() * (bytes.length - 7)));
      expect(() => encodeFru(decodeFru(cut)), `seed ${seed}, ${cut.toString("hex")}`).not.toThrow();
    }
  });
});

describe("encodeFru", () => {
  const content: FruContent = {
    internalUse: hex("0102030405060708"),
    chassis: { type: 0x11, partNumber: "P", serial: "S-1", custom: ["one", "two"] },
    board: {
      language: 25,
      manufacturedMs: Date.UTC(2020, 1, 29, 13, 7),
      manufacturer: "Fabrik für Platinen",
      product: "B",
      serial: "42",
      partNumber: "7",
      fileId: "f",
      custom: [],
    },
    product: { language: 15, manufacturer: "会社", product: "サーバー", custom: [] },
    multiRecords: [
      {
        type: "dc_load",
        output: 3,
        nominalMillivolts: -12_000,
        minimumMillivolts: -12_600,
        maximumMillivolts: -11_400,
        rippleMillivolts: 50,
        minimumMilliamperes: 0,
        maximumMilliamperes: 65_535,
      },
      {
        type: "extended_dc_output",
        output: 2,
        standby: true,
        nominalMillivolts: 12_000,
        maximumNegativeDeviationMillivolts: -600,
        maximumPositiveDeviationMillivolts: 600,
        rippleMillivolts: 120,
        minimumMilliamperes: 500,
        maximumMilliamperes: 200_000,
      },
      {
        type: "extended_dc_load",
        output: 1,
        nominalMillivolts: 54_000,
        minimumMillivolts: 44_000,
        maximumMillivolts: 60_000,
        rippleMillivolts: 0,
        minimumMilliamperes: 0,
        maximumMilliamperes: 1_000_000,
      },
      { type: "management_access", access: "component_name", subType: 5, value: "psu-left" },
      { type: "management_access", access: "system_unique_id", subType: 7, value: "00112233445566778899aabbccddeeff" },
      { type: "base_compatibility", manufacturerId: 343, entityId: 10, base: 1, codeStart: 2, codeMask: hex("ff01") },
      { type: "extended_compatibility", manufacturerId: 343, entityId: 10, base: 1, codeStart: 2, codeMask: hex("") },
      { type: "oem", recordType: 0xc0, manufacturerId: 12634, data: hex("16001e") },
      { type: "unknown", recordType: 0x08, data: hex("0102") },
    ],
  };

  it("writes what decodeFru reads back, without a problem", () => {
    expect(decodeFru(encodeFru(content))).toEqual({ ...content, problems: [] });
  });

  it("encodes the content of the server and of the supply unchanged", () => {
    for (const bytes of [server, hex(SUPPLY_FRU)]) {
      const fru = decodeFru(bytes);
      expect(decodeFru(encodeFru(fru))).toEqual(fru);
    }
  });

  it("writes areas in multiples of 8 bytes and the vector's bytes where the coding is the same", () => {
    expect(encodeFru(content).length % 8).toBe(0);
    expect(encodeFru({ board: decodeFru(hex(SUPPLY_FRU)).board, multiRecords: [] })).toEqual(hex(SUPPLY_FRU));
  });

  it("cuts texts to the 63 bytes a field can hold", () => {
    const long = encodeFru({ product: { language: 0, product: "x".repeat(80), custom: [] }, multiRecords: [] });
    expect(decodeFru(long).product?.product).toBe("x".repeat(63));
  });
});

describe("FRU areas of real machines", () => {
  const fixtures = fruFixtures();
  const skip = fixtures.length === 0;
  if (skip) console.info("skipped: the recordings of real machines are not here");

  it.skipIf(skip)("decode without a throw and come back from encodeFru as they were", () => {
    for (const { bytes } of fixtures) {
      const { problems: _, internalUse: __, ...content } = decodeFru(bytes);
      expect(decodeFru(encodeFru(content), { internalUse: false })).toEqual({ ...content, problems: [] });
    }
  });

  it.skipIf(skip)("say so where the header is zero or senseless, and nowhere else", () => {
    const senseless = fixtures.filter(({ bytes }) =>
      decodeFru(bytes).problems.some((p) => p.startsWith("common header")),
    );
    const names = (machine: string, ...ids: string[]) => ids.map((id) => `${machine}/fru-${id}.bin`);
    expect(senseless.map(({ name }) => name)).toEqual([
      ...names("dell-poweredge-r640", "03", "0c", "0e", "14"),
      ...names("dell-poweredge-r730", "0c", "0e", "0f", "10"),
      ...names("intel-s2600kp", "03"),
    ]);
  });

  it.skipIf(skip)("hold what ipmitool prints for them", () => {
    let compared = 0;
    for (const machine of ["dell-poweredge-r640", "dell-poweredge-r730", "intel-s2600kp", "quanta-d51"]) {
      for (const printed of printedFrus(machine)) {
        const name = `${machine}/fru-${printed.id.toString(16).padStart(2, "0")}.bin`;
        const fixture = fixtures.find((f) => f.name === name);
        if (fixture === undefined || printed.lines.length === 0) continue;
        expect(printedLines(fixture.bytes), name).toEqual(
          expect.arrayContaining([...printed.lines].filter(([, text]) => text !== "")),
        );
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });
});

/** The content with ipmitool's labels. */
function printedLines(bytes: Uint8Array): (readonly [string, string])[] {
  const { chassis, board, product } = decodeFru(bytes);
  const date = board?.manufacturedMs === undefined ? undefined : new Date(board.manufacturedMs);
  const rows: (readonly [string, string | undefined])[] = [
    ["Chassis Type", chassis && chassisTypeName(chassis.type)],
    ["Chassis Part Number", chassis?.partNumber],
    ["Chassis Serial", chassis?.serial],
    ...(chassis?.custom ?? []).map((text) => ["Chassis Extra", text] as const),
    ["Board Mfg Date", date && ipmitoolDate(date)],
    ["Board Mfg", board?.manufacturer],
    ["Board Product", board?.product],
    ["Board Serial", board?.serial],
    ["Board Part Number", board?.partNumber],
    ...(board?.custom ?? []).map((text) => ["Board Extra", text] as const),
    ["Product Manufacturer", product?.manufacturer],
    ["Product Name", product?.product],
    ["Product Part Number", product?.partNumber],
    ["Product Version", product?.version],
    ["Product Serial", product?.serial],
    ["Product Asset Tag", product?.assetTag],
    ...(product?.custom ?? []).map((text) => ["Product Extra", text] as const),
  ];
  return rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
}

/** "Sun Dec 31 10:34:00 2017 UTC" */
function ipmitoolDate(date: Date): string {
  const [day = "", dayOfMonth = "", month = "", year = "", time = ""] = date.toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${String(Number(dayOfMonth)).padStart(2)} ${time} ${year} UTC`;
}
