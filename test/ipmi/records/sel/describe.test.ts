import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  decodeSelRecord,
  describeEvent,
  describeSelEvent,
  eventFields,
  type SelContext,
  type SelSensor,
} from "../../../../src/ipmi/records/sel/index.ts";
import { hex } from "../../../support/hex.ts";
import { SEL_VECTORS } from "../../../vectors/sel.ts";
import { seededRandom } from "./random.ts";

/** The conversions of the repository the vectors were served with. */
const CONVERSIONS: Readonly<Record<string, Pick<SelSensor, "convert" | "unit">>> = {
  "Upper crit": { convert: (raw) => raw, unit: "degrees C" },
  "CPU1 Temp": { convert: (raw) => raw, unit: "degrees C" },
  Fan1A: { convert: (raw) => raw * 75, unit: "RPM" },
  P12V: { convert: (raw) => raw * 0.062, unit: "V" },
};

const contextOf = (sensor: string | undefined): SelContext => ({
  sensor: sensor === undefined ? undefined : { name: sensor, ...CONVERSIONS[sensor] },
});

/** A sensor-specific event in short: type, number, three data bytes. */
const event = (sensorType: number, sensorNumber: number, data: string, eventType = 0x6f, deassertion = false) => {
  const [data1 = 0, data2 = 0xff, data3 = 0xff] = hex(data);
  return eventFields({ sensorType, sensorNumber, deassertion, eventType, data1, data2, data3 });
};

describe("describeSelEvent", () => {
  it.each(SEL_VECTORS)("agrees with ipmitool and FreeIPMI: $title", (vector) => {
    const described = describeSelEvent(decodeSelRecord(hex(vector.bytes)), contextOf(vector.sensor));
    expect(described).toMatchObject({
      kind: vector.kind,
      event: vector.event,
      direction: vector.deasserted ? "deasserted" : "asserted",
      severity: vector.severity === "none" ? undefined : vector.severity,
      detail: vector.detail,
    });
    if (vector.sensor !== undefined) expect(described.sensorName).toBe(vector.sensor);
  });

  it("makes one line for a person, without a comparison sign", () => {
    const record = decodeSelRecord(hex("0200027cd9026b200004011c81595f64"));
    const { text, reading, threshold } = describeSelEvent(record, contextOf("Upper crit"));
    expect(text).toBe(
      "Upper crit: Upper Critical - going high, deasserted (reading 95 degrees C, threshold 100 degrees C)",
    );
    expect({ reading, threshold }).toEqual({ reading: 95, threshold: 100 });
  });

  it("names a sensor the SDRs do not have by type and number, and who reported it", () => {
    const bios = decodeSelRecord(hex("0c000298db026b3300040f066fc201ff"));
    expect(describeSelEvent(bios).text).toBe(
      "System Firmware Progress #06h: System Firmware Progress, asserted (memory initialisation), reported by SMI handler",
    );
  });

  it("keeps raw values where there is no conversion", () => {
    const record = decodeSelRecord(hex("01000240d9026b200004011c01596564"));
    const { detail, reading } = describeSelEvent(record);
    expect(detail).toBe("reading raw 65h, threshold raw 64h");
    expect(reading).toBeUndefined();
  });

  it("puts Linux' panic message pieces together as text", () => {
    const bytes = Buffer.concat([hex("0100f04101"), Buffer.from("Fatal excep")]);
    expect(describeSelEvent(decodeSelRecord(bytes))).toMatchObject({
      event: "kernel_panic_message",
      detail: "Fatal excep",
      text: 'Linux kernel: panic message "Fatal excep"',
    });
    expect(describeSelEvent(decodeSelRecord(hex("0100f0410100010203040506070809aa"))).event).toBe("oem_record");
  });

  it("describes any record", () => {
    const { random, seed } = seededRandom();
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
      if (round % 2 === 0) bytes[2] = 2;
      const manufacturerId = [674, 10876, 343, undefined][round % 4];
      const described = describeSelEvent(decodeSelRecord(bytes), { manufacturerId, productId: 0x0859 });
      expect(described.event, `seed ${seed}`).toMatch(/^[a-z0-9_]+$/);
      expect(described.kind, `seed ${seed}`).toMatch(/^[a-z0-9_]+$/);
    }
  });
});

describe("describeEvent", () => {
  it.each([
    ["no usable memory, marked OEM by the BIOS", event(0x0f, 0x11, "a00221"), "no usable system memory"],
    ["second clock of a pair", event(0x12, 0x83, "0580ff"), "second of pair, SEL clock"],
    ["first clock of a pair", event(0x12, 0x83, "0501ff"), "first of pair, SDR clock"],
    ["a clock with bit 3 set", event(0x12, 0x83, "0508ff"), "first of pair, SDR clock"],
    ["every second PEF action", event(0x12, 0x01, "c42aff"), "power off, power cycle, diagnostic interrupt"],
    ["the other PEF actions", event(0x12, 0x01, "c415ff"), "alert, reset, OEM action"],
    ["a watchdog of FRB2 that raised an NMI", event(0x23, 0x01, "c121ff"), "timer use BIOS FRB2, interrupt NMI"],
    ["a reserved watchdog use", event(0x23, 0x01, "c129ff"), "interrupt NMI"],
    ["PEF actions", event(0x12, 0x01, "c40cff"), "reset, power cycle"],
    ["a log 93 % full", event(0x10, 0x09, "35ff5d"), "93 % full"],
    ["user 1 left", event(0x2a, 0x0a, "a10111"), "user 1, channel 1, closed"],
    ["user 42 on channel 10", event(0x2a, 0x0a, "a1aa9a"), "user 42, channel 10, closed"],
    ["user 32 of a deactivated session", event(0x2a, 0x0a, "a12025"), "user 32, channel 5, timed out"],
    ["restart by the real-time clock", event(0x1d, 0x14, "c70bff"), "power-up by real-time clock"],
    ["restart by the watchdog", event(0x1d, 0x14, "c704ff"), "watchdog expiration"],
    ["a sensor failed", event(0x28, 0x01, "c42fff"), "sensor 2Fh"],
    ["supplies that do not match", event(0x08, 0x70, "36ff03"), "power rating mismatch"],
    ["a reserved configuration error of a supply", event(0x08, 0x70, "36ff0b"), "data 3 0Bh"],
    ["slot 4", event(0x21, 0x30, "f00004"), "slot 4"],
    ["panic in Linux", event(0x20, 0x64, "a16f70"), 'message begins "dop"'],
    ["the state before", event(0x09, 0x02, "41f0ff", 0x0b), "before: Fully Redundant"],
    ["data nobody explains", event(0x07, 0x90, "a51234"), "data 2 12h, data 3 34h"],
    ["unused data", event(0x07, 0x90, "05ffff"), undefined],
  ])("adds %s", (_, fields, detail) => {
    expect(describeEvent(fields).detail).toBe(detail);
  });

  it("reads bus, device and function Dell's way on Dell only", () => {
    const serr = event(0x13, 0x04, "a51903");
    expect(describeEvent(serr).detail).toBe("bus 19h device 00h function 3");
    expect(describeEvent(serr, { manufacturerId: 674 }).detail).toBe("bus 03h device 03h function 1");
    expect(describeEvent(event(0x13, 0x04, "a51983"), { manufacturerId: 674 }).detail).toBe("slot 3");
    expect(describeEvent(event(0x13, 0x04, "a519d5"), { manufacturerId: 674 }).detail).toBe("slot 85");
    expect(describeEvent(event(0x13, 0x04, "a5aa54")).detail).toBe("bus AAh device 0Ah function 4");
    expect(describeEvent(event(0x13, 0x04, "a555ab")).detail).toBe("bus 55h device 15h function 3");
  });

  it("reads both bytes as a POST code on Intel boards", () => {
    expect(describeEvent(event(0x0f, 0x06, "a00485"), { manufacturerId: 343 }).detail).toBe("POST code 8504h");
  });

  it("reads the event offset of Supermicro's processor temperature as the bit of the level", () => {
    const overheat = event(0xc0, 0x01, "02ffff", 0x70);
    expect(describeEvent(overheat, { manufacturerId: 10876 })).toMatchObject({ event: "overheat", severity: 2 });
    expect(describeEvent(overheat)).toMatchObject({ event: "oem_event_2", severity: undefined });
  });

  it("grades memory errors and names the DIMM", () => {
    expect(describeEvent(event(0x0c, 0x1c, "a19001"), { manufacturerId: 674 })).toMatchObject({
      memoryError: "uncorrectable",
      dimm: "A1",
      detail: "A1",
      severity: 2,
    });
  });
});

const recorded = resolve(import.meta.dirname, "../../../../../shared/fixtures/ipmi/sel");
const here = existsSync(recorded);
if (!here) console.info("skipped: the recorded event logs are not here");

describe("recorded event logs", () => {
  it.skipIf(!here)("Intel TIGW1U: every event has a meaning", () => {
    const lines = readFileSync(resolve(recorded, "intel-tigw1u-ipmiutil.txt"), "utf8").split("\n");
    let count = 0;
    for (const line of lines) {
      const match = /^[0-9a-f]{4} \S+ \S+ \S+ +([0-9a-f]{2}) .*#([0-9a-f]{2}) .* ([0-9a-f]{2}) \[(.*)\]$/.exec(line);
      const [, type = "", number = "", direction = "", data = ""] = match ?? [];
      if (match === null) continue;
      const eventType = Number.parseInt(direction, 16);
      const fields = event(
        Number.parseInt(type, 16),
        Number.parseInt(number, 16),
        data,
        eventType & 0x7f,
        eventType > 0x7f,
      );
      const described = describeEvent(fields, { manufacturerId: 343 });
      expect(described.event, line).not.toMatch(/^(oem_)?event_/);
      expect(described.severity, line).toBeDefined();
      expect(described.direction, line).toBe(line.includes("Removed") ? "deasserted" : "asserted");
      count++;
    }
    expect(count).toBeGreaterThan(20);
  });

  it.skipIf(!here)("whole records of Intel boards", () => {
    const { records } = JSON.parse(readFileSync(resolve(recorded, "intel-raw-records.json"), "utf8")) as {
      records: { hex: string }[];
    };
    expect(records.map((r) => describeSelEvent(decodeSelRecord(hex(r.hex))).text)).toEqual([
      "Power Unit #01h: AC lost/Power input lost, asserted",
      "Temperature #30h: Lower Non-critical - going low, asserted (reading raw 2Eh, threshold raw 33h)",
      "Temperature #30h: Lower Non-critical - going low, deasserted (reading raw 2Eh, threshold raw 07h)",
    ]);
  });
});
