import { describe, expect, it } from "vitest";
import {
  canonicalEntityId,
  entityName,
  entityText,
  eventTypeTitle,
  eventTypeWord,
  sensorClass,
} from "../../../src/ipmi/tables/index.ts";

describe("entities", () => {
  it.each([
    [0x03, "processor"],
    [0x0a, "power supply"],
    [0x1d, "fan"],
    [0x20, "memory device"],
    [0x37, "air inlet"],
    [0x40, "air inlet"],
    [0x36, "entity 54"],
    [0x99, "chassis-specific entity 153"],
    [0xb1, "board-set-specific entity 177"],
    [0xd0, "OEM entity 208"],
  ])("%i is %s", (id, name) => {
    expect(entityName(id)).toBe(name);
  });

  it("are written with their instance, without the container bit", () => {
    expect(entityText(10, 0x81)).toBe("10.1");
    expect(entityText(3, 0x60)).toBe("3.96");
  });

  it("of DCMI are those of IPMI", () => {
    expect([0x40, 0x41, 0x42, 0x0a].map(canonicalEntityId)).toEqual([0x37, 0x03, 0x07, 0x0a]);
  });
});

describe("event/reading types", () => {
  it.each([
    [0x00, "unspecified", "unspecified", "unspecified"],
    [0x01, "threshold", "threshold", "threshold"],
    [0x02, "generic", "usage", "usage"],
    [0x0c, "generic", "ACPI device power", "acpi_device_power"],
    [0x0d, "unspecified", "reserved 0Dh", "unspecified"],
    [0x41, "unspecified", "reserved 41h", "unspecified"],
    [0x6f, "sensor_specific", "sensor-specific", "sensor_specific"],
    [0xef, "sensor_specific", "sensor-specific", "sensor_specific"],
    [0x70, "oem", "OEM 70h", "oem"],
    [0x7f, "oem", "OEM 7Fh", "oem"],
  ])("%i is %s", (code, kind, title, word) => {
    expect(eventTypeWord(code)).toBe(word);
    expect(sensorClass(code)).toBe(kind);
    expect(eventTypeTitle(code)).toBe(title);
  });
});
