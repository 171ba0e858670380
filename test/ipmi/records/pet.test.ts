import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import { decodePlatformEventTrap, encodePlatformEventTrap } from "../../../src/ipmi/records/pet.ts";
import { hex } from "../../support/hex.ts";
import { expectPrefixesRefused } from "../../support/layout.ts";
import {
  PET_INPUT_LOST,
  PET_UNCORRECTABLE,
  PET_UPPER_CRITICAL,
  PET_UPPER_CRITICAL_CLEARED,
} from "../../vectors/pet.ts";
import { seededRandom } from "./sel/random.ts";

const vectors = [PET_UPPER_CRITICAL, PET_UPPER_CRITICAL_CLEARED, PET_INPUT_LOST, PET_UNCORRECTABLE];
const decode = ({ specificTrap, octets }: { readonly specificTrap: number; readonly octets: string }) =>
  decodePlatformEventTrap(specificTrap, hex(octets));

describe("platform event traps", () => {
  it("decodes an upper critical threshold event as FreeIPMI does", () => {
    expect(decode(PET_UPPER_CRITICAL)).toMatchObject({
      guid: "00112233445566778899aabbccddeeff",
      sequence: 0x0102,
      timestamp: 911_736_000,
      timeMs: Date.UTC(2026, 10, 22, 12),
      utcOffsetMinutes: 60,
      trapSource: "ipmi",
      eventSource: "ipmi",
      severity: "critical",
      sensorDevice: 0x20,
      sensorType: 0x01,
      sensorNumber: 0x1c,
      eventType: 0x01,
      offset: 9,
      deassertion: false,
      data2: 0x65,
      data2Use: "trigger_reading",
      data3: 0x64,
      data3Use: "trigger_threshold",
      entityId: 3,
      entityInstance: 2,
      language: 0x19,
      manufacturerId: 343,
      productId: 0x1234,
    });
  });

  it("reads the deassertion from bit 7 of the trap number", () => {
    expect(decode(PET_UPPER_CRITICAL_CLEARED)).toMatchObject({ deassertion: true, offset: 9, severity: "information" });
  });

  it("omits an unspecified UTC offset and an unspecified time", () => {
    expect(decode(PET_INPUT_LOST)).toMatchObject({
      sensorType: 8,
      offset: 3,
      utcOffsetMinutes: undefined,
      timeMs: Date.UTC(2026, 10, 22, 12, 2),
    });
    expect(decode(PET_UNCORRECTABLE)).toMatchObject({
      sensorType: 0x0c,
      offset: 1,
      severity: "non_recoverable",
      timestamp: 0,
      timeMs: undefined,
      data3: 3,
      data3Use: "oem",
    });
  });

  it("decodes a recorded trap with a big-endian manufacturer (Intel TIGW1U)", () => {
    const octets = "b1d84f761de211dcb3e8000e0cc71ba011081431d3d4ffff20201020305344502b30000000000019000001570811c1";
    expect(decode({ specificTrap: 65792, octets })).toMatchObject({
      manufacturerId: 343,
      productId: 0x0811,
      sensorNumber: 0x30,
      sensorType: 1,
      offset: 0,
      data2: 0x2b,
      data3: 0x30,
    });
  });

  it("encodes back to the same number and octets", () => {
    for (const vector of vectors) {
      expect(encodePlatformEventTrap(decode(vector))).toEqual({
        specificTrap: vector.specificTrap,
        octets: hex(vector.octets),
      });
    }
  });

  it("refuses fewer than 46 octets as truncated", () => {
    expectPrefixesRefused(hex(PET_UPPER_CRITICAL.octets), 46, (octets) => decodePlatformEventTrap(65801, octets));
  });

  it("answers noise with DecodeError and nothing else", () => {
    const { random, seed } = seededRandom();
    for (let round = 0; round < 500; round++) {
      const octets = Buffer.from(Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256)));
      try {
        decodePlatformEventTrap(Math.floor(random() * 2 ** 32), octets);
      } catch (error) {
        expect(error, `seed ${seed}`).toBeInstanceOf(DecodeError);
      }
    }
  });
});
