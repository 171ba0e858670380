import { describe, expect, it } from "vitest";
import { firmwareOf } from "../../../src/bmc/over-redfish/firmware.ts";
import { frusOf, type Inventory } from "../../../src/bmc/over-redfish/fru.ts";
import { decodeComputerSystem, decodeManager } from "../../../src/redfish/index.ts";

const inventory = (changes: Partial<Inventory>): Inventory => ({
  systems: [],
  chassis: [],
  managers: [],
  supplies: [],
  hasAllSystems: true,
  ...changes,
});
const system = (SerialNumber: string) => decodeComputerSystem({ Name: "System", SerialNumber });

describe("the FRUs of a Redfish host", () => {
  it("have the system first, as FRU 0, and the manager with its firmware", () => {
    const managers = [decodeManager({ Name: "BMC", Model: "iLO 6", SerialNumber: "M1", FirmwareVersion: "1.66" })];
    expect(frusOf(inventory({ systems: [system("S1")], managers }))).toEqual([
      { id: 0, name: "System", serial: "S1", problems: [] },
      { id: 1, name: "BMC", product: "iLO 6", serial: "M1", version: "1.66", problems: [] },
    ]);
  });

  it("have no FRU 0 while a system cannot be read, because another one would look like a replaced board", () => {
    expect(frusOf(inventory({ systems: [system("S2")], hasAllSystems: false })).map(({ id }) => id)).toEqual([1]);
  });

  it("leave out parts without data, and equal ones", () => {
    const empty = decodeComputerSystem({ Name: "Settings", SerialNumber: "To be filled by O.E.M." });
    expect(frusOf(inventory({ systems: [empty, system("S1"), system("S1")] }))).toHaveLength(1);
  });
});

describe("the firmware versions of a Redfish host", () => {
  const software = (id: string, name: string | undefined, version: string | undefined) => ({
    kind: "software" as const,
    id,
    name,
    version,
    status: {},
  });

  it("have the name of the firmware", () => {
    expect(firmwareOf([software("BIOS", "System BIOS", "1.8.2"), software("9", undefined, "2")])).toEqual([
      { component: "System BIOS", version: "1.8.2" },
      { component: "9", version: "2" },
    ]);
  });

  it("tell equal names apart by the part of the id that an update does not change", () => {
    const versions = (version: string) =>
      firmwareOf([
        software(`Current-108089-${version}__NIC.Integrated.1-1-1`, "Broadcom", version),
        software(`Current-108089-${version}__NIC.Integrated.1-2-1`, "Broadcom", version),
      ]).map(({ component }) => component);
    expect(versions("21.80")).toEqual(["Broadcom NIC.Integrated.1-1-1", "Broadcom NIC.Integrated.1-2-1"]);
    expect(versions("22.00")).toEqual(versions("21.80"));
  });

  it("leave out what is not installed, and what has no version", () => {
    expect(
      firmwareOf([
        software("Previous-159-1.7.4__BIOS.Setup.1-1", "BIOS", "1.7.4"),
        software("Available-159-1.9.0__BIOS.Setup.1-1", "BIOS", "1.9.0"),
        software("Installed-159-1.8.2__BIOS.Setup.1-1", "BIOS", "1.8.2"),
        software("Installed-0", "Driver Pack", undefined),
      ]),
    ).toEqual([{ component: "BIOS", version: "1.8.2" }]);
  });
});
